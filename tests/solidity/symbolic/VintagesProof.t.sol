// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {VintageAmount} from "contracts/interfaces/IMRVRegistry.sol";
import {Vintages} from "contracts/libraries/Vintages.sol";

/// @notice What rounding leaves of a vintage is carried to the next: nothing is lost, nothing is issued before its time.
contract VintagesProof {
    using Vintages for VintageAmount[];

    function check_carriesEveryRemainderInTonnes(uint16 first, uint16 second, uint16 third) external pure {
        _requireCarried(first, second, third, 1000);
    }

    function check_carriesEveryRemainderInSevens(uint16 first, uint16 second, uint16 third) external pure {
        _requireCarried(first, second, third, 7);
    }

    function long_carriesEveryRemainderInAnyGranules(uint56 first, uint56 second, uint56 third, uint32 granularityKg)
        external
        pure
    {
        if (granularityKg == 0) return;
        _requireCarried(first, second, third, granularityKg);
    }

    function _requireCarried(uint56 first, uint56 second, uint56 third, uint64 granularityKg) private pure {
        VintageAmount[] memory amounts = new VintageAmount[](3);
        amounts[0] = VintageAmount(2023, first);
        amounts[1] = VintageAmount(2024, second);
        amounts[2] = VintageAmount(2025, third);
        uint64[3] memory verified = [uint64(first), second, third];
        amounts = amounts.inGranules(granularityKg);
        (uint64 dueKg, uint64 verifiedKg) = (0, 0);
        for (uint256 i; i < 3; ++i) {
            dueKg += amounts[i].kg;
            verifiedKg += verified[i];
            assert(amounts[i].kg % granularityKg == 0);
            assert(dueKg <= verifiedKg);
            assert(verifiedKg - dueKg < granularityKg);
        }
    }
}
