// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {ICRU, ImportedUnits, IssuanceRequest, UnitStatus} from "../interfaces/ICRU.sol";
import {UnitType} from "../interfaces/IMethodologyRegistry.sol";
import {IMRVRegistry, IssuanceTerms, ReportStatus, VintageAmount} from "../interfaces/IMRVRegistry.sol";
import {newBlock} from "../libraries/Block.sol";
import {openSeries, SeriesState} from "../libraries/SeriesState.sol";
import {Series, seriesOf, UnitId} from "../libraries/UnitId.sol";
import {UnitSupply} from "./UnitSupply.sol";

/// @title How units come to be: against a verified report, or from another registry
abstract contract UnitIssuance is UnitSupply {
    uint256 private constant BASIS_POINTS = 10_000;
    uint256 private constant URI_LIMIT = 512;
    /// The largest whole number that every JSON reader keeps exact, as for a verified report.
    uint64 private constant AMOUNT_LIMIT = 2 ** 53 - 1;

    /// @inheritdoc ICRU
    function mint(bytes14 reportId, uint16 vintage, uint64 kg)
        external
        authorized
        whenNotPaused
        nonReentrant
        returns (uint256 tokenId)
    {
        (IssuanceTerms memory terms, uint64 issuableKg) = _termsFor(reportId, vintage);
        tokenId = _issueWithin(terms, seriesOf(reportId, vintage), kg, issuableKg);
        _requireReceived(address(0), terms.developer, tokenId);
    }

    /// @inheritdoc ICRU
    function mintBatch(IssuanceRequest[] calldata requests)
        external
        authorized
        whenNotPaused
        nonReentrant
        returns (uint256[] memory tokenIds)
    {
        if (requests.length == 0) revert CRUEmptyBatch();
        tokenIds = new uint256[](requests.length);
        address[] memory developers = new address[](requests.length);
        IssuanceTerms memory terms;
        UnitType expected;
        Series series;
        uint64 issuableKg;
        for (uint256 i; i < requests.length; ++i) {
            Series next = seriesOf(requests[i].reportId, requests[i].vintage);
            if (i == 0 || Series.unwrap(next) != Series.unwrap(series)) {
                series = next;
                (terms, issuableKg) = _termsFor(requests[i].reportId, requests[i].vintage);
                if (i == 0) expected = terms.unitType;
            }
            tokenIds[i] = _issueWithin(terms, series, requests[i].kg, issuableKg);
            if (terms.unitType != expected) revert CRUNotSameType(tokenIds[i], terms.unitType, expected);
            developers[i] = terms.developer;
        }
        for (uint256 i; i < requests.length; ++i) {
            _requireReceived(address(0), developers[i], tokenIds[i]);
        }
    }

    /// @inheritdoc ICRU
    function mintOnVerification(bytes14 reportId) external authorized whenNotPaused nonReentrant {
        IMRVRegistry reports = _storage().reports;
        IssuanceTerms memory terms = reports.issuanceTerms(reportId);
        if (terms.status != ReportStatus.Verified) revert CRUReportNotVerified(reportId, terms.status);
        if (isSuspended(terms.developer) || deficitKg(terms.projectId) != 0) return;
        VintageAmount[] memory vintages = reports.issuableVintages(reportId);
        for (uint256 i; i < vintages.length; ++i) {
            Series series = seriesOf(reportId, vintages[i].vintage);
            SeriesState state = _opened(series, terms);
            uint64 dueKg = vintages[i].kg - state.issuedKg();
            if (dueKg != 0 && !_isExpired(state)) _issue(terms, series, state, dueKg);
        }
    }

    /// @inheritdoc ICRU
    function issueImported(ImportedUnits calldata units)
        external
        authorized
        whenNotPaused
        nonReentrant
        returns (uint256 tokenId)
    {
        if (units.vintage == 0) revert CRUInvalidVintage(units.vintage);
        if (_storage().importedVintages[units.reportId] != 0) revert CRUAlreadyImported(units.reportId);
        if (units.kg == 0 || units.granularityKg == 0) revert CRUZeroAmount();
        if (units.kg > AMOUNT_LIMIT) revert CRUAmountTooLarge(units.kg, AMOUNT_LIMIT);
        if (units.kg % units.granularityKg != 0) revert CRUNotMultipleOfGranularity(units.kg, units.granularityKg);
        if (units.to == address(this)) revert CRUInvalidReceiver(units.to);
        _requireNotSuspended(units.to);

        _storage().importedVintages[units.reportId] = units.vintage;
        Series series = seriesOf(units.reportId, units.vintage);
        tokenId = _issueOpen(_termsOf(units), series, units.kg);
        _requireReceived(address(0), units.to, tokenId);
    }

    /// @inheritdoc ICRU
    function prolong(
        bytes14 reportId,
        uint16 vintage,
        uint16 monitoringEndDay,
        bytes32 evidenceHash,
        string calldata uri
    ) external authorized {
        if (evidenceHash == 0) revert CRUZeroHash();
        _requireWithin(uri, URI_LIMIT);
        Series series = seriesOf(reportId, vintage);
        SeriesState state = _stateOf(series);
        if (!state.isOpen()) state = _dueState(series, reportId, vintage);
        uint16 endDay = state.expires() ? state.monitoringEndDay() : 0;
        if (endDay == 0 || _isOver(endDay) || monitoringEndDay <= endDay) {
            revert CRUCannotProlong(reportId, vintage, endDay, monitoringEndDay);
        }

        _storage().series[series].current = SeriesState.unwrap(state.withEndDay(monitoringEndDay));
        emit MonitoringProlonged(reportId, vintage, _msgSender(), monitoringEndDay, evidenceHash, uri);
        emit BatchMetadataUpdate(
            UnitId.unwrap(series.part(0, 0)), UnitId.unwrap(series.part(type(uint64).max, type(uint64).max))
        );
    }

    /// @dev Nothing is issued for that vintage yet: what is to be issued gets the later end.
    function _dueState(Series series, bytes14 reportId, uint16 vintage) private returns (SeriesState state) {
        (IssuanceTerms memory terms, uint64 issuableKg) = _termsFor(reportId, vintage);
        if (issuableKg != 0) state = _opened(series, terms);
    }

    /// @return terms of a verified report
    /// @return issuableKg of that vintage, what was issued of it included
    function _termsFor(bytes14 reportId, uint16 vintage)
        private
        view
        returns (IssuanceTerms memory terms, uint64 issuableKg)
    {
        (terms, issuableKg) = _storage().reports.vintageTerms(reportId, vintage);
        if (terms.status != ReportStatus.Verified) revert CRUReportNotVerified(reportId, terms.status);
    }

    function _issueWithin(IssuanceTerms memory terms, Series series, uint64 kg, uint64 issuableKg)
        private
        returns (uint256)
    {
        if (kg == 0) revert CRUZeroAmount();
        if (kg % terms.granularityKg != 0) revert CRUNotMultipleOfGranularity(kg, terms.granularityKg);
        uint64 dueKg = issuableKg - _stateOf(series).issuedKg();
        if (kg > dueKg) {
            UnitId id = series.part(0, 0);
            revert CRUExceedsVerified(id.reportId(), id.vintage(), kg, dueKg);
        }
        _requireNotSuspended(terms.developer);
        return _issueOpen(terms, series, kg);
    }

    /// @return tokenId the developer's block, zero when the buffer takes it all
    function _issueOpen(IssuanceTerms memory terms, Series series, uint64 kg) private returns (uint256 tokenId) {
        SeriesState state = _opened(series, terms);
        uint64 owedKg = _deficitKg(state.project());
        if (owedKg != 0) revert CRUProjectHasDeficit(terms.projectId, owedKg);
        if (_isExpired(state)) {
            revert CRUUnitExpired(UnitId.unwrap(series.part(state.issuedKg(), kg)), state.monitoringEndDay());
        }
        return _issue(terms, series, state, kg);
    }

    function _issue(IssuanceTerms memory terms, Series series, SeriesState state, uint64 kg)
        private
        returns (uint256 tokenId)
    {
        uint64 firstKg = state.issuedKg();
        uint64 bufferKg = _bufferKg(terms, firstKg + kg) - _bufferKg(terms, firstKg);
        uint64 ownKg = kg - bufferKg;
        terms.monitoringEndDay = state.monitoringEndDay();
        _countIssued(series, state, kg, bufferKg);
        if (ownKg != 0) tokenId = _create(terms, series.part(firstKg, ownKg), terms.developer, UnitStatus.Held);
        if (bufferKg != 0) _create(terms, series.part(firstKg + ownKg, bufferKg), address(this), UnitStatus.Buffer);
    }

    /// @return state what a series is from its first issuance on; nothing of that changes but the end of monitoring
    function _opened(Series series, IssuanceTerms memory terms) private returns (SeriesState state) {
        state = _stateOf(series);
        if (state.isOpen()) return state;
        return openSeries(
            terms.granularityKg, terms.monitoringEndDay, terms.unitType, terms.expires, _numberOf(terms.projectId)
        );
    }

    function _isExpired(SeriesState state) private view returns (bool) {
        return state.expires() && _isOver(state.monitoringEndDay());
    }

    function _create(IssuanceTerms memory terms, UnitId id, address to, UnitStatus status)
        private
        returns (uint256 tokenId)
    {
        tokenId = UnitId.unwrap(id);
        emit CRUMinted(
            tokenId,
            terms.projectId,
            to,
            id.reportId(),
            id.vintage(),
            id.quantityKg(),
            terms.unitType,
            status,
            terms.expires,
            terms.monitoringEndDay
        );
        _mintBlock(to, tokenId, newBlock(status, terms.unitType, terms.expires));
    }

    /// @dev Terms never change after a verification, so the share of what was issued before is what the buffer got.
    /// @return kg the buffer's share of all that was issued of a vintage, rounded up to whole granules
    function _bufferKg(IssuanceTerms memory terms, uint64 kg) private pure returns (uint64) {
        uint256 granules = Math.ceilDiv(uint256(kg / terms.granularityKg) * terms.bufferRateBps, BASIS_POINTS);
        return uint64(granules * terms.granularityKg);
    }

    /// @dev Imported units keep what they were in their origin; no buffer of ours stands for them.
    function _termsOf(ImportedUnits calldata units) private pure returns (IssuanceTerms memory terms) {
        terms.projectId = units.projectId;
        terms.developer = units.to;
        terms.unitType = units.unitType;
        terms.granularityKg = units.granularityKg;
        terms.expires = units.expires;
        terms.monitoringEndDay = units.monitoringEndDay;
    }
}
