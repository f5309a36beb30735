// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {ICRU} from "./interfaces/ICRU.sol";
import {IMethodologyRegistry, MethodologyTerms, ProjectType, UnitType} from "./interfaces/IMethodologyRegistry.sol";
import {
    IMRVRegistry,
    IssuanceTerms,
    Report,
    ReportStatus,
    ReportSubmission,
    Verification,
    VintageAmount
} from "./interfaces/IMRVRegistry.sol";
import {IProjectRegistry, Project, ProjectStatus} from "./interfaces/IProjectRegistry.sol";
import {Standing} from "./interfaces/IRegistryAccessControl.sol";
import {CalendarDays} from "./libraries/CalendarDays.sol";
import {Identifiers} from "./libraries/Identifiers.sol";
import {PeriodSet} from "./libraries/PeriodSet.sol";
import {Roles} from "./libraries/Roles.sol";
import {Vintages} from "./libraries/Vintages.sol";
import {RegistryModule} from "./RegistryModule.sol";

/// @title Monitoring reports, reporting periods that cannot overlap, and verification (OGCR 5.2.2)
contract MRVRegistry is RegistryModule, IMRVRegistry {
    using PeriodSet for PeriodSet.Set;

    /// @dev Developer and terms are copied when a verifier is assigned: a validated project keeps both, and issuance
    /// then finds them here. The terms share a slot with what verification writes, which so pays for no new one.
    /// @param isItemised true when the verifier's breakdown is stored, false when the split by days applies
    struct Record {
        bytes32 reportHash;
        bytes32 projectId;
        address verifier;
        ReportStatus status;
        uint16 startDay;
        uint16 endDay;
        uint32 version;
        uint64 verifiedKg;
        uint48 decidedAt;
        uint32 granularityKg;
        uint16 bufferRateBps;
        UnitType unitType;
        bool isAutomatic;
        bool isItemised;
        address developer;
        ProjectType projectType;
        bool expires;
        uint16 monitoringEndDay;
    }

    /// @custom:storage-location erc7201:ogcr.storage.MRVRegistry
    struct MRVRegistryStorage {
        IProjectRegistry projects;
        IMethodologyRegistry methodologies;
        ICRU units;
        mapping(bytes14 reportId => Record) records;
        mapping(bytes14 reportId => VintageAmount[]) breakdowns;
        mapping(bytes32 projectId => PeriodSet.Set) periods;
    }

    // keccak256(abi.encode(uint256(keccak256("ogcr.storage.MRVRegistry")) - 1)) & ~bytes32(uint256(0xff))
    bytes32 private constant STORAGE = 0x23e456e39c319167cb9882138e814d9975358324b91362b51e9457cc85f97e00;

    uint256 private constant URI_LIMIT = 512;
    uint256 private constant REASON_LIMIT = 500;
    /// The largest whole number that every JSON reader keeps exact.
    uint64 private constant AMOUNT_LIMIT = 2 ** 53 - 1;

    /// @custom:oz-upgrades-unsafe-allow constructor
    constructor(address trustedForwarder) RegistryModule(trustedForwarder) {}

    /// @param authority_ the registry's `RegistryAccessControl`
    /// @param projects_ the registry's `ProjectRegistry`
    /// @param methodologies_ the registry's `MethodologyRegistry`
    function initialize(address authority_, address projects_, address methodologies_) external initializer {
        if (authority_ == address(0) || projects_ == address(0) || methodologies_ == address(0)) {
            revert MRVRegistryZeroAddress();
        }
        __RegistryModule_init(authority_);
        MRVRegistryStorage storage $ = _storage();
        $.projects = IProjectRegistry(projects_);
        $.methodologies = IMethodologyRegistry(methodologies_);
    }

    /// @inheritdoc IMRVRegistry
    function submitReport(bytes32 projectId, string calldata documentId, ReportSubmission calldata submission)
        external
        restricted
        whenNotPaused
        returns (bytes14 reportId)
    {
        if (!Identifiers.isDocumentId(documentId)) revert MRVRegistryInvalidDocumentId(documentId);
        reportId = reportIdOf(projectId, documentId);
        Record storage record = _storage().records[reportId];
        if (record.status != ReportStatus.None) revert MRVRegistryAlreadySubmitted(reportId);

        record.projectId = projectId;
        _submit(reportId, record, documentId, submission);
    }

    /// @inheritdoc IMRVRegistry
    function resubmitReport(bytes32 projectId, string calldata documentId, ReportSubmission calldata submission)
        external
        restricted
        whenNotPaused
    {
        bytes14 reportId = reportIdOf(projectId, documentId);
        Record storage record = _storage().records[reportId];
        _requireEither(reportId, record.status, ReportStatus.Rejected, ReportStatus.Withdrawn);
        if (submission.reportHash == record.reportHash) {
            revert MRVRegistryUnchangedReport(reportId, submission.reportHash);
        }

        _submit(reportId, record, documentId, submission);
    }

    /// @inheritdoc IMRVRegistry
    function withdrawReport(bytes14 reportId, string calldata reason) external restricted whenNotPaused {
        Record storage record = _storage().records[reportId];
        _requireEither(reportId, record.status, ReportStatus.Submitted, ReportStatus.PendingVerification);
        address caller = _msgSender();
        if (_storage().projects.project(record.projectId).developer != caller) {
            revert MRVRegistryNotDeveloper(record.projectId, caller);
        }
        _requireWithin(reason, REASON_LIMIT);

        _transition(reportId, record, ReportStatus.Withdrawn, 0, "", reason);
    }

    /// @inheritdoc IMRVRegistry
    function assignVerifier(bytes14 reportId, address verifier) external restricted whenNotPaused {
        Record storage record = _storage().records[reportId];
        ReportStatus status = record.status;
        _requireEither(reportId, status, ReportStatus.Submitted, ReportStatus.PendingVerification);
        Project memory project = _storage().projects.project(record.projectId);
        bool isSame = status == ReportStatus.PendingVerification && verifier == record.verifier;
        bool isInvolved = verifier == project.developer || verifier == project.validator;
        if (isSame || isInvolved) revert MRVRegistryInvalidVerifier(reportId, verifier, Standing.Fit);
        Standing standing = _standing(verifier, Roles.VERIFIER, project.projectType, project.developer);
        if (standing != Standing.Fit) revert MRVRegistryInvalidVerifier(reportId, verifier, standing);

        record.verifier = verifier;
        if (status == ReportStatus.Submitted) _storeTerms(record, project);
        emit VerifierAssigned(reportId, verifier, _msgSender());
        if (status == ReportStatus.Submitted) {
            _transition(reportId, record, ReportStatus.PendingVerification, 0, "", "");
        }
    }

    /// @inheritdoc IMRVRegistry
    function verifyReport(bytes14 reportId, Verification calldata verification) external restricted whenNotPaused {
        Record storage record = _requireJudge(
            reportId, verification.reportHash, verification.statementHash, verification.statementUri
        );
        _requireSound(reportId, record.endDay, verification.verifiedKg);
        VintageAmount[] memory vintages = _vintagesIn(reportId, record, verification);

        record.verifiedKg = verification.verifiedKg;
        _decide(
            reportId, record, ReportStatus.Verified, verification.statementHash, verification.statementUri, ""
        );
        emit MRVVerified(reportId, record.verifier, record.projectId, verification.verifiedKg, vintages);
        if (record.isAutomatic) _issue(reportId);
    }

    /// @inheritdoc IMRVRegistry
    function rejectReport(
        bytes14 reportId,
        bytes32 reportHash,
        bytes32 statementHash,
        string calldata statementUri,
        string calldata reason
    ) external restricted whenNotPaused {
        Record storage record = _requireJudge(reportId, reportHash, statementHash, statementUri);
        if (bytes(reason).length == 0) revert MRVRegistryReasonRequired();
        _requireWithin(reason, REASON_LIMIT);

        _decide(reportId, record, ReportStatus.Rejected, statementHash, statementUri, reason);
    }

    /// @inheritdoc IMRVRegistry
    function archiveReport(bytes14 reportId, string calldata reason) external restricted whenNotPaused {
        Record storage record = _storage().records[reportId];
        if (record.status != ReportStatus.Verified) revert MRVRegistryUnexpectedStatus(reportId, record.status);
        address caller = _msgSender();
        if (caller != record.developer && !_holdsRole(Roles.REGISTRY_OPERATOR, caller)) {
            revert MRVRegistryNotDeveloperOrOperator(reportId, caller);
        }
        _requireWithin(reason, REASON_LIMIT);

        _transition(reportId, record, ReportStatus.Archived, 0, "", reason);
    }

    /// @inheritdoc IMRVRegistry
    function connectUnits(address units_) external restricted whenNotPaused {
        MRVRegistryStorage storage $ = _storage();
        if (units_ == address(0)) revert MRVRegistryZeroAddress();
        if (address($.units) != address(0)) revert MRVRegistryUnitsAlreadyConnected(address($.units));

        $.units = ICRU(units_);
        emit UnitsConnected(units_, _msgSender());
    }

    /// @inheritdoc IMRVRegistry
    function report(bytes14 reportId) external view returns (Report memory) {
        Record storage record = _storage().records[reportId];
        return Report({
            reportHash: record.reportHash,
            projectId: record.projectId,
            verifier: record.verifier,
            status: record.status,
            startDay: record.startDay,
            endDay: record.endDay,
            version: record.version,
            verifiedKg: record.verifiedKg,
            decidedAt: record.decidedAt
        });
    }

    /// @inheritdoc IMRVRegistry
    function verifiedVintages(bytes14 reportId) public view returns (VintageAmount[] memory) {
        Record storage record = _storage().records[reportId];
        if (record.verifiedKg == 0) return new VintageAmount[](0);
        if (record.isItemised) return _storage().breakdowns[reportId];
        return Vintages.byDays(record.startDay, record.endDay, record.verifiedKg);
    }

    /// @inheritdoc IMRVRegistry
    function verifiedKg(bytes14 reportId, uint16 vintage) public view returns (uint64) {
        return Vintages.amountOf(verifiedVintages(reportId), vintage);
    }

    /// @inheritdoc IMRVRegistry
    function issuanceTerms(bytes14 reportId) public view returns (IssuanceTerms memory) {
        Record storage record = _storage().records[reportId];
        return IssuanceTerms({
            projectId: record.projectId,
            developer: record.developer,
            status: record.status,
            unitType: record.unitType,
            granularityKg: record.granularityKg,
            bufferRateBps: record.bufferRateBps,
            expires: record.expires,
            monitoringEndDay: record.monitoringEndDay
        });
    }

    /// @inheritdoc IMRVRegistry
    function issuableVintages(bytes14 reportId) public view returns (VintageAmount[] memory) {
        return Vintages.inGranules(verifiedVintages(reportId), _storage().records[reportId].granularityKg);
    }

    /// @inheritdoc IMRVRegistry
    function carriedKg(bytes14 reportId) external view returns (uint64) {
        Record storage record = _storage().records[reportId];
        return record.verifiedKg == 0 ? 0 : record.verifiedKg % record.granularityKg;
    }

    /// @inheritdoc IMRVRegistry
    function vintageTerms(bytes14 reportId, uint16 vintage) external view returns (IssuanceTerms memory, uint64) {
        return (issuanceTerms(reportId), Vintages.amountOf(issuableVintages(reportId), vintage));
    }

    /// @inheritdoc IMRVRegistry
    function overlappingReport(bytes32 projectId, uint16 startDay, uint16 endDay)
        external
        view
        returns (bytes14 reportId)
    {
        (reportId,,) = _storage().periods[projectId].overlapping(startDay, endDay);
    }

    /// @inheritdoc IMRVRegistry
    function units() external view returns (address) {
        return address(_storage().units);
    }

    /// @inheritdoc IMRVRegistry
    function reportIdOf(bytes32 projectId, string calldata documentId) public pure returns (bytes14) {
        return bytes14(keccak256(abi.encodePacked(projectId, documentId)));
    }

    function _submit(
        bytes14 reportId,
        Record storage record,
        string calldata documentId,
        ReportSubmission calldata submission
    ) private {
        bytes32 projectId = record.projectId;
        if (submission.reportHash == 0) revert MRVRegistryZeroHash();
        _requireWithin(submission.uri, URI_LIMIT);
        _takePeriod(reportId, projectId, submission.startDay, submission.endDay);

        record.reportHash = submission.reportHash;
        record.startDay = submission.startDay;
        record.endDay = submission.endDay;
        ++record.version;
        _announce(reportId, record, documentId, submission);
        _transition(reportId, record, ReportStatus.Submitted, 0, "", "");
    }

    function _announce(
        bytes14 reportId,
        Record storage record,
        string calldata documentId,
        ReportSubmission calldata submission
    ) private {
        emit MRVSubmitted(
            reportId,
            record.projectId,
            _msgSender(),
            documentId,
            record.version,
            submission.reportHash,
            submission.startDay,
            submission.endDay,
            submission.uri
        );
    }

    function _takePeriod(bytes14 reportId, bytes32 projectId, uint16 startDay, uint16 endDay) private {
        if (startDay > endDay) revert MRVRegistryInvalidPeriod(startDay, endDay);
        Project memory project = _storage().projects.project(projectId);
        if (project.status != ProjectStatus.Validated) {
            revert MRVRegistryProjectNotValidated(projectId, project.status);
        }
        if (project.developer != _msgSender()) revert MRVRegistryNotDeveloper(projectId, _msgSender());
        if (startDay < project.startDay || endDay > project.endDay) {
            revert MRVRegistryPeriodOutsideProject(projectId, project.startDay, project.endDay);
        }
        PeriodSet.Set storage taken = _storage().periods[projectId];
        (bytes14 otherId, uint16 otherStartDay, uint16 otherEndDay) = taken.overlapping(startDay, endDay);
        if (otherId != 0) revert MRVRegistryPeriodOverlap(projectId, otherId, otherStartDay, otherEndDay);

        taken.insert(reportId, startDay, endDay);
    }

    function _storeTerms(Record storage record, Project memory project) private {
        MethodologyTerms memory terms = _storage().methodologies.methodology(project.methodologyKey).terms;
        record.developer = project.developer;
        record.granularityKg = terms.granularityKg;
        record.bufferRateBps = terms.bufferRateBps;
        record.unitType = terms.unitType;
        record.isAutomatic = terms.automaticIssuance;
        record.projectType = project.projectType;
        record.expires = terms.expires;
        record.monitoringEndDay = CalendarDays.yearsAfter(record.endDay, terms.durabilityYears);
    }

    function _decide(
        bytes14 reportId,
        Record storage record,
        ReportStatus outcome,
        bytes32 statementHash,
        string memory statementUri,
        string memory reason
    ) private {
        record.decidedAt = uint48(block.timestamp);
        _transition(reportId, record, outcome, statementHash, statementUri, reason);
    }

    function _issue(bytes14 reportId) private {
        ICRU units_ = _storage().units;
        if (address(units_) == address(0)) revert MRVRegistryUnitsNotConnected(reportId);
        units_.mintOnVerification(reportId);
    }

    /// No other line writes a status.
    function _transition(
        bytes14 reportId,
        Record storage record,
        ReportStatus to,
        bytes32 statementHash,
        string memory statementUri,
        string memory reason
    ) private {
        ReportStatus from = record.status;
        record.status = to;
        if (to == ReportStatus.Rejected || to == ReportStatus.Withdrawn) {
            _storage().periods[record.projectId].remove(record.startDay);
        }
        emit MRVStatusChanged(
            reportId, from, to, _msgSender(), record.reportHash, statementHash, statementUri, reason
        );
    }

    /// @return vintages the verifier's breakdown, which is stored when the split by days could differ, or that split
    function _vintagesIn(bytes14 reportId, Record storage record, Verification calldata verification)
        private
        returns (VintageAmount[] memory vintages)
    {
        (uint16 startDay, uint16 endDay) = (record.startDay, record.endDay);
        vintages = verification.vintages;
        if (vintages.length == 0) return Vintages.byDays(startDay, endDay, verification.verifiedKg);

        (uint256 firstYear, uint256 lastYear) = (CalendarDays.yearOf(startDay), CalendarDays.yearOf(endDay));
        _requireBreakdown(reportId, vintages, firstYear, lastYear, verification.verifiedKg);
        if (firstYear == lastYear) return vintages;
        record.isItemised = true;
        for (uint256 i; i < vintages.length; ++i) {
            _storage().breakdowns[reportId].push(vintages[i]);
        }
    }

    function _requireJudge(
        bytes14 reportId,
        bytes32 reportHash,
        bytes32 statementHash,
        string calldata statementUri
    ) private view returns (Record storage record) {
        record = _storage().records[reportId];
        if (record.status != ReportStatus.PendingVerification) {
            revert MRVRegistryUnexpectedStatus(reportId, record.status);
        }
        address caller = _msgSender();
        if (caller != record.verifier) revert MRVRegistryNotAssignedVerifier(reportId, caller);
        Standing standing = _standing(caller, Roles.VERIFIER, record.projectType, record.developer);
        if (standing != Standing.Fit) revert MRVRegistryUnfitVerifier(reportId, caller, standing);
        if (reportHash != record.reportHash) revert MRVRegistryStaleReport(reportId, reportHash, record.reportHash);
        if (statementHash == 0) revert MRVRegistryZeroHash();
        _requireWithin(statementUri, URI_LIMIT);
    }

    function _requireSound(bytes14 reportId, uint16 endDay, uint64 kg) private view {
        if (endDay >= CalendarDays.today()) revert MRVRegistryPeriodNotOver(reportId, endDay);
        if (kg == 0) revert MRVRegistryZeroAmount();
        if (kg > AMOUNT_LIMIT) revert MRVRegistryAmountTooLarge(reportId, kg, AMOUNT_LIMIT);
    }

    function _requireBreakdown(
        bytes14 reportId,
        VintageAmount[] memory vintages,
        uint256 firstYear,
        uint256 lastYear,
        uint64 kg
    ) private pure {
        uint256 sumKg;
        uint256 earliest = firstYear;
        for (uint256 i; i < vintages.length; ++i) {
            uint16 vintage = vintages[i].vintage;
            if (vintage < earliest || vintage > lastYear) revert MRVRegistryInvalidVintage(reportId, vintage);
            sumKg += vintages[i].kg;
            earliest = uint256(vintage) + 1;
        }
        if (sumKg != kg) revert MRVRegistryVintageSumMismatch(reportId, kg, sumKg);
    }

    function _requireEither(bytes14 reportId, ReportStatus status, ReportStatus one, ReportStatus other) private pure {
        if (status != one && status != other) revert MRVRegistryUnexpectedStatus(reportId, status);
    }

    function _requireWithin(string calldata text, uint256 limit) private pure {
        if (bytes(text).length > limit) revert MRVRegistryTextTooLong(bytes(text).length, limit);
    }

    function _storage() private pure returns (MRVRegistryStorage storage $) {
        assembly {
            $.slot := STORAGE
        }
    }
}
