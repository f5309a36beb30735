// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {ICRU} from "./interfaces/ICRU.sol";
import {IMethodologyRegistry, MethodologyTerms, ProjectType, UnitType} from "./interfaces/IMethodologyRegistry.sol";
import {
    IMRVRegistry,
    IssuanceTerms,
    OpenedProject,
    Report,
    ReportStatus,
    ReportSubmission,
    Verification,
    VintageAmount
} from "./interfaces/IMRVRegistry.sol";
import {IProjectRegistry} from "./interfaces/IProjectRegistry.sol";
import {Standing} from "./interfaces/IRegistryAccessControl.sol";
import {CalendarDays} from "./libraries/CalendarDays.sol";
import {Calendar, Calendars, Entry, Timeline} from "./libraries/Calendars.sol";
import {Identifiers} from "./libraries/Identifiers.sol";
import {Roles} from "./libraries/Roles.sol";
import {Vintages} from "./libraries/Vintages.sol";
import {RegistryModule} from "./RegistryModule.sol";

/// @title Monitoring reports, reporting periods that cannot overlap, and verification (OGCR 5.2.2)
/// @dev What all reports of a project share is written once, when it is validated: a report is then two new slots.
contract MRVRegistry is RegistryModule, IMRVRegistry {
    using Calendars for Calendar;
    using Calendars for Timeline;

    /// @notice What a validated project keeps for ever, its methodology's terms among it; two slots.
    struct ProjectTerms {
        bytes32 projectId;
        address developer;
        uint32 granularityKg;
        uint16 bufferRateBps;
        UnitType unitType;
        ProjectType projectType;
        bool isAutomatic;
        bool expires;
        uint16 durabilityYears;
    }

    /// @param verifier assigned last
    /// @param decidedAt UNIX seconds of the last decision
    struct Judgement {
        address verifier;
        uint40 decidedAt;
        uint56 verifiedKg;
    }

    /// @param projectCount projects that were ever opened; their numbers begin with 1
    /// @custom:storage-location erc7201:ogcr.storage.MRVRegistry
    struct MRVRegistryStorage {
        IProjectRegistry projects;
        IMethodologyRegistry methodologies;
        ICRU units;
        uint24 projectCount;
        mapping(bytes32 projectId => Calendar) calendars;
        mapping(uint24 projectNumber => ProjectTerms) terms;
        mapping(bytes14 reportId => bytes32) reportHashes;
        mapping(bytes14 reportId => Entry) entries;
        mapping(bytes14 reportId => Judgement) judgements;
        mapping(bytes14 reportId => VintageAmount[]) breakdowns;
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
    function openProject(bytes32 projectId, OpenedProject calldata opened) external {
        _requireProjectRegistry();
        MRVRegistryStorage storage $ = _storage();
        MethodologyTerms memory terms = $.methodologies.methodology(opened.methodologyKey).terms;

        uint24 number = ++$.projectCount;
        $.calendars[projectId].timeline = Timeline(0, 0, 0, opened.startDay, opened.endDay, number, true);
        $.terms[number] = ProjectTerms({
            projectId: projectId,
            developer: opened.developer,
            granularityKg: terms.granularityKg,
            bufferRateBps: terms.bufferRateBps,
            unitType: terms.unitType,
            projectType: opened.projectType,
            isAutomatic: terms.automaticIssuance,
            expires: terms.expires,
            durabilityYears: terms.durabilityYears
        });
    }

    /// @inheritdoc IMRVRegistry
    function closeProject(bytes32 projectId) external {
        _requireProjectRegistry();
        _storage().calendars[projectId].timeline.isOpen = false;
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
        Entry memory entry = _storage().entries[reportId];
        if (entry.status != ReportStatus.None) revert MRVRegistryAlreadySubmitted(reportId);

        Timeline memory timeline = _requireAcceptable(projectId, submission);
        entry.projectNumber = timeline.projectNumber;
        _submit(projectId, reportId, documentId, submission, entry, timeline);
    }

    /// @inheritdoc IMRVRegistry
    function resubmitReport(bytes32 projectId, string calldata documentId, ReportSubmission calldata submission)
        external
        restricted
        whenNotPaused
    {
        bytes14 reportId = reportIdOf(projectId, documentId);
        Entry memory entry = _storage().entries[reportId];
        _requireEither(reportId, entry.status, ReportStatus.Rejected, ReportStatus.Withdrawn);
        if (submission.reportHash == _storage().reportHashes[reportId]) {
            revert MRVRegistryUnchangedReport(reportId, submission.reportHash);
        }

        Timeline memory timeline = _requireAcceptable(projectId, submission);
        _submit(projectId, reportId, documentId, submission, entry, timeline);
    }

    /// @inheritdoc IMRVRegistry
    function withdrawReport(bytes14 reportId, string calldata reason) external restricted whenNotPaused {
        Entry storage entry = _storage().entries[reportId];
        _requireEither(reportId, entry.status, ReportStatus.Submitted, ReportStatus.PendingVerification);
        ProjectTerms storage terms = _storage().terms[entry.projectNumber];
        if (terms.developer != _msgSender()) revert MRVRegistryNotDeveloper(terms.projectId, _msgSender());
        _requireWithin(reason, REASON_LIMIT);

        _transition(reportId, entry, ReportStatus.Withdrawn, 0, _nothing(), reason);
    }

    /// @inheritdoc IMRVRegistry
    function assignVerifier(bytes14 reportId, address verifier) external restricted whenNotPaused {
        Entry storage entry = _storage().entries[reportId];
        _requireEither(reportId, entry.status, ReportStatus.Submitted, ReportStatus.PendingVerification);
        ProjectTerms memory terms = _storage().terms[entry.projectNumber];
        bool isPending = entry.status == ReportStatus.PendingVerification;
        bool isSame = isPending && verifier == _storage().judgements[reportId].verifier;
        bool isInvolved =
            verifier == terms.developer || verifier == _storage().projects.project(terms.projectId).validator;
        if (isSame || isInvolved) revert MRVRegistryInvalidVerifier(reportId, verifier, Standing.Fit);
        Standing standing = _standing(verifier, Roles.VERIFIER, terms.projectType, terms.developer);
        if (standing != Standing.Fit) revert MRVRegistryInvalidVerifier(reportId, verifier, standing);

        _storage().judgements[reportId].verifier = verifier;
        emit VerifierAssigned(reportId, verifier, _msgSender());
        if (isPending) return;
        _storage().calendars[terms.projectId].settle(_storage().entries, reportId);
        entry.monitoringEndDay = CalendarDays.yearsAfter(entry.endDay, terms.durabilityYears);
        _transition(reportId, entry, ReportStatus.PendingVerification, 0, _nothing(), _nothing());
    }

    /// @inheritdoc IMRVRegistry
    function verifyReport(bytes14 reportId, Verification calldata verification) external restricted whenNotPaused {
        (Entry storage entry, ProjectTerms storage terms) = _requireJudge(
            reportId, verification.reportHash, verification.statementHash, verification.statementUri
        );
        _requireSound(reportId, entry.endDay, verification.verifiedKg);
        VintageAmount[] memory vintages = _vintagesIn(reportId, entry, verification);

        _decide(reportId, uint56(verification.verifiedKg));
        _transition(
            reportId, entry, ReportStatus.Verified, verification.statementHash, verification.statementUri, _nothing()
        );
        emit MRVVerified(reportId, _msgSender(), terms.projectId, verification.verifiedKg, vintages);
        if (terms.isAutomatic) _issue(reportId);
    }

    /// @inheritdoc IMRVRegistry
    function rejectReport(
        bytes14 reportId,
        bytes32 reportHash,
        bytes32 statementHash,
        string calldata statementUri,
        string calldata reason
    ) external restricted whenNotPaused {
        (Entry storage entry,) = _requireJudge(reportId, reportHash, statementHash, statementUri);
        if (bytes(reason).length == 0) revert MRVRegistryReasonRequired();
        _requireWithin(reason, REASON_LIMIT);

        _decide(reportId, 0);
        _transition(reportId, entry, ReportStatus.Rejected, statementHash, statementUri, reason);
    }

    /// @inheritdoc IMRVRegistry
    function archiveReport(bytes14 reportId, string calldata reason) external restricted whenNotPaused {
        Entry storage entry = _storage().entries[reportId];
        if (entry.status != ReportStatus.Verified) revert MRVRegistryUnexpectedStatus(reportId, entry.status);
        address caller = _msgSender();
        bool isDeveloper = caller == _storage().terms[entry.projectNumber].developer;
        if (!isDeveloper && !_holdsRole(Roles.REGISTRY_OPERATOR, caller)) {
            revert MRVRegistryNotDeveloperOrOperator(reportId, caller);
        }
        _requireWithin(reason, REASON_LIMIT);

        _transition(reportId, entry, ReportStatus.Archived, 0, _nothing(), reason);
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
        Entry memory entry = _storage().entries[reportId];
        Judgement memory judgement = _storage().judgements[reportId];
        return Report({
            reportHash: _storage().reportHashes[reportId],
            projectId: _storage().terms[entry.projectNumber].projectId,
            verifier: judgement.verifier,
            status: entry.status,
            startDay: entry.startDay,
            endDay: entry.endDay,
            version: entry.version,
            verifiedKg: judgement.verifiedKg,
            decidedAt: judgement.decidedAt
        });
    }

    /// @inheritdoc IMRVRegistry
    function verifiedVintages(bytes14 reportId) public view returns (VintageAmount[] memory) {
        uint64 kg = _storage().judgements[reportId].verifiedKg;
        if (kg == 0) return new VintageAmount[](0);
        Entry memory entry = _storage().entries[reportId];
        if (entry.isItemised) return _storage().breakdowns[reportId];
        return Vintages.byDays(entry.startDay, entry.endDay, kg);
    }

    /// @inheritdoc IMRVRegistry
    function verifiedKg(bytes14 reportId, uint16 vintage) external view returns (uint64) {
        return Vintages.amountOf(verifiedVintages(reportId), vintage);
    }

    /// @inheritdoc IMRVRegistry
    function issuanceTerms(bytes14 reportId) public view returns (IssuanceTerms memory) {
        Entry memory entry = _storage().entries[reportId];
        ProjectTerms memory terms = _storage().terms[entry.projectNumber];
        return IssuanceTerms({
            projectId: terms.projectId,
            developer: terms.developer,
            status: entry.status,
            unitType: terms.unitType,
            granularityKg: terms.granularityKg,
            bufferRateBps: terms.bufferRateBps,
            expires: terms.expires,
            monitoringEndDay: entry.monitoringEndDay
        });
    }

    /// @inheritdoc IMRVRegistry
    function issuableVintages(bytes14 reportId) public view returns (VintageAmount[] memory) {
        return Vintages.inGranules(verifiedVintages(reportId), _granularityKg(reportId));
    }

    /// @inheritdoc IMRVRegistry
    function carriedKg(bytes14 reportId) external view returns (uint64) {
        uint64 kg = _storage().judgements[reportId].verifiedKg;
        return kg == 0 ? 0 : kg % _granularityKg(reportId);
    }

    /// @inheritdoc IMRVRegistry
    function vintageTerms(bytes14 reportId, uint16 vintage) external view returns (IssuanceTerms memory, uint64) {
        return (issuanceTerms(reportId), Vintages.amountOf(issuableVintages(reportId), vintage));
    }

    /// @inheritdoc IMRVRegistry
    function overlappingReport(bytes32 projectId, uint16 startDay, uint16 endDay) external view returns (bytes14) {
        MRVRegistryStorage storage $ = _storage();
        return $.calendars[projectId].overlapping($.entries, startDay, endDay);
    }

    /// @inheritdoc IMRVRegistry
    function units() external view returns (address) {
        return address(_storage().units);
    }

    /// @inheritdoc IMRVRegistry
    function reportIdOf(bytes32 projectId, string calldata documentId) public pure returns (bytes14) {
        return bytes14(keccak256(abi.encodePacked(projectId, documentId)));
    }

    /// @return timeline of a project that may have such a report
    function _requireAcceptable(bytes32 projectId, ReportSubmission calldata submission)
        private
        view
        returns (Timeline memory timeline)
    {
        MRVRegistryStorage storage $ = _storage();
        (uint16 startDay, uint16 endDay) = (submission.startDay, submission.endDay);
        if (submission.reportHash == 0) revert MRVRegistryZeroHash();
        _requireWithin(submission.uri, URI_LIMIT);
        if (startDay > endDay) revert MRVRegistryInvalidPeriod(startDay, endDay);
        timeline = $.calendars[projectId].timeline;
        if (!timeline.isOpen) {
            revert MRVRegistryProjectNotValidated(projectId, $.projects.project(projectId).status);
        }
        if ($.terms[timeline.projectNumber].developer != _msgSender()) {
            revert MRVRegistryNotDeveloper(projectId, _msgSender());
        }
        if (startDay < timeline.startDay || endDay > timeline.endDay) {
            revert MRVRegistryPeriodOutsideProject(projectId, timeline.startDay, timeline.endDay);
        }
        if (timeline.follows(startDay)) return timeline;
        bytes14 otherId = $.calendars[projectId].overlapping($.entries, startDay, endDay);
        if (otherId != 0) {
            Entry storage other = $.entries[otherId];
            revert MRVRegistryPeriodOverlap(projectId, otherId, other.startDay, other.endDay);
        }
    }

    function _submit(
        bytes32 projectId,
        bytes14 reportId,
        string calldata documentId,
        ReportSubmission calldata submission,
        Entry memory entry,
        Timeline memory timeline
    ) private {
        MRVRegistryStorage storage $ = _storage();
        Calendar storage calendar = $.calendars[projectId];
        calendar.take(timeline, entry, reportId, submission.startDay, submission.endDay);
        calendar.timeline = timeline;
        $.reportHashes[reportId] = submission.reportHash;
        ++entry.version;
        $.entries[reportId] = entry;
        emit MRVSubmitted(
            reportId,
            projectId,
            _msgSender(),
            documentId,
            entry.version,
            submission.reportHash,
            submission.startDay,
            submission.endDay,
            submission.uri
        );
        _transition(
            reportId, $.entries[reportId], ReportStatus.Submitted, 0, _nothing(), _nothing()
        );
    }

    function _decide(bytes14 reportId, uint56 kg) private {
        Judgement storage judgement = _storage().judgements[reportId];
        (judgement.decidedAt, judgement.verifiedKg) = (uint40(block.timestamp), kg);
    }

    function _issue(bytes14 reportId) private {
        ICRU units_ = _storage().units;
        if (address(units_) == address(0)) revert MRVRegistryUnitsNotConnected(reportId);
        units_.mintOnVerification(reportId);
    }

    /// No other line writes a status.
    function _transition(
        bytes14 reportId,
        Entry storage entry,
        ReportStatus to,
        bytes32 statementHash,
        string calldata statementUri,
        string calldata reason
    ) private {
        ReportStatus from = entry.status;
        entry.status = to;
        if (to == ReportStatus.Rejected || to == ReportStatus.Withdrawn) {
            bytes32 projectId = _storage().terms[entry.projectNumber].projectId;
            _storage().calendars[projectId].free(_storage().entries, reportId);
        }
        bytes32 reportHash = _storage().reportHashes[reportId];
        emit MRVStatusChanged(reportId, from, to, _msgSender(), reportHash, statementHash, statementUri, reason);
    }

    /// @return vintages the verifier's breakdown, which is stored when the split by days could differ, or that split
    function _vintagesIn(bytes14 reportId, Entry storage entry, Verification calldata verification)
        private
        returns (VintageAmount[] memory vintages)
    {
        vintages = verification.vintages;
        if (vintages.length == 0) return Vintages.byDays(entry.startDay, entry.endDay, verification.verifiedKg);

        (uint256 firstYear, uint256 lastYear) =
            (CalendarDays.yearOf(entry.startDay), CalendarDays.yearOf(entry.endDay));
        _requireBreakdown(reportId, vintages, firstYear, lastYear, verification.verifiedKg);
        if (firstYear == lastYear) return vintages;
        entry.isItemised = true;
        for (uint256 i; i < vintages.length; ++i) {
            _storage().breakdowns[reportId].push(vintages[i]);
        }
    }

    function _requireJudge(
        bytes14 reportId,
        bytes32 reportHash,
        bytes32 statementHash,
        string calldata statementUri
    ) private view returns (Entry storage entry, ProjectTerms storage terms) {
        MRVRegistryStorage storage $ = _storage();
        entry = $.entries[reportId];
        if (entry.status != ReportStatus.PendingVerification) {
            revert MRVRegistryUnexpectedStatus(reportId, entry.status);
        }
        address caller = _msgSender();
        if (caller != $.judgements[reportId].verifier) revert MRVRegistryNotAssignedVerifier(reportId, caller);
        terms = $.terms[entry.projectNumber];
        Standing standing = _standing(caller, Roles.VERIFIER, terms.projectType, terms.developer);
        if (standing != Standing.Fit) revert MRVRegistryUnfitVerifier(reportId, caller, standing);
        bytes32 current = $.reportHashes[reportId];
        if (reportHash != current) revert MRVRegistryStaleReport(reportId, reportHash, current);
        if (statementHash == 0) revert MRVRegistryZeroHash();
        _requireWithin(statementUri, URI_LIMIT);
    }

    function _requireProjectRegistry() private view {
        if (msg.sender != address(_storage().projects)) revert MRVRegistryNotProjectRegistry(msg.sender);
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

    function _granularityKg(bytes14 reportId) private view returns (uint32) {
        return _storage().terms[_storage().entries[reportId].projectNumber].granularityKg;
    }

    function _requireEither(bytes14 reportId, ReportStatus status, ReportStatus one, ReportStatus other) private pure {
        if (status != one && status != other) revert MRVRegistryUnexpectedStatus(reportId, status);
    }

    function _requireWithin(string calldata text, uint256 limit) private pure {
        if (bytes(text).length > limit) revert MRVRegistryTextTooLong(bytes(text).length, limit);
    }

    /// @dev Two members of one variable, which Slither takes for the variable written twice.
    // slither-disable-next-line write-after-write
    function _nothing() private pure returns (string calldata text) {
        assembly {
            text.offset := 0
            text.length := 0
        }
    }

    function _storage() private pure returns (MRVRegistryStorage storage $) {
        assembly {
            $.slot := STORAGE
        }
    }
}
