// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {UnitType} from "contracts/interfaces/IMethodologyRegistry.sol";
import {Lanes} from "contracts/libraries/Lanes.sol";
import {openSeries, SeriesState} from "contracts/libraries/SeriesState.sol";

/// @notice For all words and amounts: a count changes its own lane by exactly the amount, or reverts; no other bit moves.
contract LanesProof {
    using Lanes for uint256;

    function add(uint256 word, uint256 lane, uint256 bits, uint64 amount) external pure returns (uint256) {
        return word.add(lane, bits, amount);
    }

    function subtract(uint256 word, uint256 lane, uint256 bits, uint64 amount) external pure returns (uint256) {
        return word.subtract(lane, bits, amount);
    }

    function check_addsToItsLaneAloneOrReverts(uint256 word, uint8 lane, bool isSeries, uint64 amount) external view {
        uint256 bits = isSeries ? 56 : 64;
        if (lane > (isSeries ? 2 : 3)) return;
        uint256 held = word.at(lane, bits);
        bool fits = held + amount < 1 << bits;
        try this.add(word, lane, bits, amount) returns (uint256 changed) {
            assert(fits);
            assert(changed.at(lane, bits) == held + amount);
            _requireOthersSame(word, changed, lane, bits);
        } catch {
            assert(!fits);
        }
    }

    function check_subtractsFromItsLaneAloneOrReverts(uint256 word, uint8 lane, bool isSeries, uint64 amount)
        external
        view
    {
        uint256 bits = isSeries ? 56 : 64;
        if (lane > (isSeries ? 2 : 3)) return;
        uint256 held = word.at(lane, bits);
        try this.subtract(word, lane, bits, amount) returns (uint256 changed) {
            assert(amount <= held);
            assert(changed.at(lane, bits) == held - amount);
            _requireOthersSame(word, changed, lane, bits);
        } catch {
            assert(amount > held);
        }
    }

    /// @notice What a series is reads back, whatever its three amounts have become.
    function check_keepsWhatASeriesIsBesideItsAmounts(
        uint32 granularityKg,
        uint16 endDay,
        uint8 unitType,
        bool expires,
        uint24 project,
        uint56 issuedKg,
        uint56 bufferKg,
        uint56 retiredKg
    ) external pure {
        if (unitType > uint8(type(UnitType).max)) return;
        uint256 word = SeriesState.unwrap(openSeries(granularityKg, endDay, UnitType(unitType), expires, project));
        word = word.add(0, 56, issuedKg).add(1, 56, bufferKg).add(2, 56, retiredKg);
        SeriesState state = SeriesState.wrap(word);
        assert(state.issuedKg() == issuedKg && word.at(1, 56) == bufferKg && word.at(2, 56) == retiredKg);
        assert(state.granularityKg() == granularityKg && state.monitoringEndDay() == endDay);
        assert(uint8(state.unitType()) == unitType && state.expires() == expires && state.project() == project);
    }

    function check_prolongsAndKeepsEverythingElse(uint256 word, uint16 endDay) external pure {
        SeriesState later = SeriesState.wrap(word).withEndDay(endDay);
        assert(later.monitoringEndDay() == endDay);
        uint256 others = ~(uint256(type(uint16).max) << 200);
        assert(SeriesState.unwrap(later) & others == word & others);
    }

    function _requireOthersSame(uint256 word, uint256 changed, uint256 lane, uint256 bits) private pure {
        uint256 others = ~(((1 << bits) - 1) << lane * bits);
        assert(word & others == changed & others);
    }
}
