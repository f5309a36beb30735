// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {ICRU, Supply, UnitStatus} from "../interfaces/ICRU.sol";
import {UnitType} from "../interfaces/IMethodologyRegistry.sol";
import {VintageAmount} from "../interfaces/IMRVRegistry.sol";
import {Lanes} from "../libraries/Lanes.sol";
import {SeriesState} from "../libraries/SeriesState.sol";
import {Series, seriesOf, UnitId} from "../libraries/UnitId.sol";
import {UnitLedger} from "./UnitLedger.sol";

/// @title What became of every kilogram, by vintage, report, project and unit type
/// @dev What is held is counted nowhere: it is what was issued less the buffer and every end, so the identity holds by
/// construction, and what can be wrong shows as an amount below zero, which reverts.
abstract contract UnitSupply is UnitLedger {
    using Lanes for uint256;

    /// Lanes of `Sums.current`, and their bits in a series and in every other sum. Those of `Sums.ended` begin with
    /// `UnitStatus.Cancelled` and have as many bits everywhere.
    uint256 private constant ISSUED = 0;
    uint256 private constant BUFFER = 1;
    uint256 private constant RETIRED = 2;
    uint256 private constant DEFICIT = 3;
    uint256 private constant SERIES_BITS = 56;
    uint256 private constant SUM_BITS = 64;

    /// @inheritdoc ICRU
    function issuedKg(bytes14 reportId, uint16 vintage) external view returns (uint64) {
        return _stateOf(seriesOf(reportId, vintage)).issuedKg();
    }

    /// @inheritdoc ICRU
    function supplyOfVintage(bytes14 reportId, uint16 vintage) external view returns (Supply memory supply) {
        _add(supply, _storage().series[seriesOf(reportId, vintage)], SERIES_BITS);
        _setHeld(supply);
    }

    /// @inheritdoc ICRU
    function supplyOfReport(bytes14 reportId) external view returns (Supply memory supply) {
        CRUStorage storage $ = _storage();
        _add(supply, $.series[seriesOf(reportId, $.importedVintages[reportId])], SERIES_BITS);
        VintageAmount[] memory vintages = $.reports.verifiedVintages(reportId);
        for (uint256 i; i < vintages.length; ++i) {
            _add(supply, $.series[seriesOf(reportId, vintages[i].vintage)], SERIES_BITS);
        }
        _setHeld(supply);
    }

    /// @inheritdoc ICRU
    function supplyOfProject(bytes32 projectId) external view returns (Supply memory supply) {
        _add(supply, _storage().projects[_storage().projectNumbers[projectId]], SUM_BITS);
        _setHeld(supply);
    }

    /// @inheritdoc ICRU
    function supplyOfType(UnitType unitType) external view returns (Supply memory supply) {
        _add(supply, _storage().types[unitType], SUM_BITS);
        _setHeld(supply);
    }

    /// @inheritdoc ICRU
    function deficitKg(bytes32 projectId) public view returns (uint64) {
        return _deficitKg(_storage().projectNumbers[projectId]);
    }

    /// @inheritdoc ICRU
    function setDeficit(bytes32 projectId, uint64 deficitKg_) external authorized whenNotPaused {
        Sums storage project = _storage().projects[_numberOf(projectId)];
        project.current = project.current.replace(DEFICIT, SUM_BITS, deficitKg_);
        emit DeficitChanged(projectId, deficitKg_);
    }

    function _deficitKg(uint24 number) internal view returns (uint64) {
        return _storage().projects[number].current.at(DEFICIT, SUM_BITS);
    }

    /// @return number of the project, given now when it has none yet
    function _numberOf(bytes32 projectId) internal returns (uint24 number) {
        CRUStorage storage $ = _storage();
        number = $.projectNumbers[projectId];
        if (number == 0) $.projectNumbers[projectId] = number = ++$.lastProject;
    }

    /// @param state of the series as it is before, which this stores with the amounts added
    function _countIssued(Series series, SeriesState state, uint64 kg, uint64 bufferKg) internal {
        CRUStorage storage $ = _storage();
        $.series[series].current = _issued(SeriesState.unwrap(state), SERIES_BITS, kg, bufferKg);
        Sums storage project = $.projects[state.project()];
        project.current = _issued(project.current, SUM_BITS, kg, bufferKg);
        Sums storage total = $.types[state.unitType()];
        total.current = _issued(total.current, SUM_BITS, kg, bufferKg);
    }

    /// @notice Moves a block's kilograms from what it was to what it becomes.
    function _countChange(uint256 tokenId, UnitStatus from, UnitStatus to) internal override {
        CRUStorage storage $ = _storage();
        UnitId id = UnitId.wrap(tokenId);
        SeriesState state = _stateOf(id.series());
        _move($.series[id.series()], SERIES_BITS, id.quantityKg(), from, to);
        _move($.projects[state.project()], SUM_BITS, id.quantityKg(), from, to);
        _move($.types[state.unitType()], SUM_BITS, id.quantityKg(), from, to);
    }

    function _move(Sums storage sums, uint256 bits, uint64 kg, UnitStatus from, UnitStatus to) private {
        if (from == UnitStatus.Buffer) sums.current = sums.current.subtract(BUFFER, bits, kg);
        if (to == UnitStatus.Retired) sums.current = sums.current.add(RETIRED, bits, kg);
        else if (to > UnitStatus.Retired && to < UnitStatus.Locked) {
            sums.ended = sums.ended.add(_laneOf(to), SUM_BITS, kg);
        }
    }

    function _issued(uint256 word, uint256 bits, uint64 kg, uint64 bufferKg) private pure returns (uint256) {
        return word.add(ISSUED, bits, kg).add(BUFFER, bits, bufferKg);
    }

    function _laneOf(UnitStatus ending) private pure returns (uint256) {
        return uint256(ending) - uint256(UnitStatus.Cancelled);
    }

    function _add(Supply memory supply, Sums storage sums, uint256 bits) private view {
        (uint256 current, uint256 ended) = (sums.current, sums.ended);
        supply.issuedKg += current.at(ISSUED, bits);
        supply.bufferKg += current.at(BUFFER, bits);
        supply.retiredKg += current.at(RETIRED, bits);
        supply.cancelledKg += ended.at(0, SUM_BITS);
        supply.expiredKg += ended.at(1, SUM_BITS);
        supply.exportedKg += ended.at(2, SUM_BITS);
    }

    function _setHeld(Supply memory supply) private pure {
        uint64 ended = supply.retiredKg + supply.cancelledKg + supply.expiredKg + supply.exportedKg;
        supply.heldKg = supply.issuedKg - supply.bufferKg - ended;
    }
}
