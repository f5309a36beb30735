// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {ProjectType, UnitType} from "./IMethodologyRegistry.sol";
import {ProjectStatus} from "./IProjectRegistry.sol";
import {Standing} from "./IRegistryAccessControl.sol";

enum ReportStatus {
    None,
    Submitted,
    PendingVerification,
    Verified,
    Rejected,
    Withdrawn,
    Archived
}

/// @notice One version of a monitoring report, as its developer anchors it (OGCR 3.2).
/// @param reportHash SHA-256 of the canonical MRV document
/// @param startDay first day of the reporting period, UTC days since 1970-01-01
/// @param endDay last day of the reporting period, included
/// @param uri where the document can be had; at most 512 bytes
struct ReportSubmission {
    bytes32 reportHash;
    uint16 startDay;
    uint16 endDay;
    string uri;
}

/// @param kg verified removal of that vintage year, kg CO2e
struct VintageAmount {
    uint16 vintage;
    uint64 kg;
}

/// @notice A verifier's outcome.
/// @param reportHash the report version that was judged
/// @param verifiedKg verified net removal of the whole period, kg CO2e, 1 to 2^53 - 1
/// @param vintages breakdown by calendar year, ascending, summing to `verifiedKg`; empty: split by days,
/// rounded down, remainder to the last year
/// @param statementHash hash of the verification statement, never zero
/// @param statementUri where that document can be had; at most 512 bytes
struct Verification {
    bytes32 reportHash;
    uint64 verifiedKg;
    VintageAmount[] vintages;
    bytes32 statementHash;
    string statementUri;
}

/// @param verifier assigned last, also for an earlier version
/// @param decidedAt UNIX seconds of the last verification or rejection, whose statement `MRVStatusChanged` names
struct Report {
    bytes32 reportHash;
    bytes32 projectId;
    address verifier;
    ReportStatus status;
    uint16 startDay;
    uint16 endDay;
    uint32 version;
    uint64 verifiedKg;
    uint48 decidedAt;
}

/// @notice What a project that was validated keeps for ever.
/// @param startDay first day of the project, UTC days since 1970-01-01
/// @param endDay last day of the project, included
struct OpenedProject {
    address developer;
    bytes32 methodologyKey;
    ProjectType projectType;
    uint16 startDay;
    uint16 endDay;
}

/// @notice What `CRU` needs to know of a report before it issues against it.
/// @param monitoringEndDay last day of the monitoring period: the reporting period's end plus the methodology's
/// `durabilityYears`, UTC days since 1970-01-01, at most 65535; zero until a verifier was assigned
struct IssuanceTerms {
    bytes32 projectId;
    address developer;
    ReportStatus status;
    UnitType unitType;
    uint32 granularityKg;
    uint16 bufferRateBps;
    bool expires;
    uint16 monitoringEndDay;
}

/// @title Monitoring reports, reporting periods that cannot overlap, and verification (OGCR 5.2.2)
/// @notice A report's id is the first 112 bits of `keccak256(projectId, utf8(documentId))`.
interface IMRVRegistry {
    event MRVSubmitted(
        bytes14 indexed reportId,
        bytes32 indexed projectId,
        address indexed developer,
        string documentId,
        uint32 version,
        bytes32 reportHash,
        uint16 startDay,
        uint16 endDay,
        string uri
    );
    event VerifierAssigned(bytes14 indexed reportId, address indexed verifier, address indexed actor);
    /// @param statementHash hash of the verification statement, zero when the change is no verifier's decision
    event MRVStatusChanged(
        bytes14 indexed reportId,
        ReportStatus indexed from,
        ReportStatus indexed to,
        address actor,
        bytes32 reportHash,
        bytes32 statementHash,
        string statementUri,
        string reason
    );
    /// @param vintages complete, also when the verifier gave no breakdown
    event MRVVerified(
        bytes14 indexed reportId,
        address indexed verifier,
        bytes32 indexed projectId,
        uint64 verifiedKg,
        VintageAmount[] vintages
    );
    /// @notice The token contract that this registry lets issue; set once at deployment.
    event UnitsConnected(address indexed units, address indexed actor);

    error MRVRegistryInvalidDocumentId(string documentId);
    error MRVRegistryZeroHash();
    error MRVRegistryZeroAddress();
    error MRVRegistryZeroAmount();
    error MRVRegistryTextTooLong(uint256 length, uint256 limit);
    error MRVRegistryReasonRequired();
    error MRVRegistryInvalidPeriod(uint16 startDay, uint16 endDay);
    error MRVRegistryPeriodOutsideProject(bytes32 projectId, uint16 projectStartDay, uint16 projectEndDay);
    /// @param reportId the accepted report that shares a day, from `startDay` to `endDay`
    error MRVRegistryPeriodOverlap(bytes32 projectId, bytes14 reportId, uint16 startDay, uint16 endDay);
    error MRVRegistryPeriodNotOver(bytes14 reportId, uint16 endDay);
    error MRVRegistryAlreadySubmitted(bytes14 reportId);
    error MRVRegistryProjectNotValidated(bytes32 projectId, ProjectStatus status);
    error MRVRegistryUnexpectedStatus(bytes14 reportId, ReportStatus status);
    error MRVRegistryNotProjectRegistry(address caller);
    error MRVRegistryNotDeveloper(bytes32 projectId, address caller);
    error MRVRegistryNotDeveloperOrOperator(bytes14 reportId, address caller);
    error MRVRegistryNotAssignedVerifier(bytes14 reportId, address caller);
    /// @param standing why: `Fit` when the verifier is the present one, the developer or the project's validator
    error MRVRegistryInvalidVerifier(bytes14 reportId, address verifier, Standing standing);
    /// @notice The assigned verifier may no longer decide: its accreditation lapsed, was withdrawn or narrowed.
    error MRVRegistryUnfitVerifier(bytes14 reportId, address verifier, Standing standing);
    error MRVRegistryStaleReport(bytes14 reportId, bytes32 named, bytes32 current);
    error MRVRegistryUnchangedReport(bytes14 reportId, bytes32 reportHash);
    error MRVRegistryInvalidVintage(bytes14 reportId, uint16 vintage);
    error MRVRegistryVintageSumMismatch(bytes14 reportId, uint64 verifiedKg, uint256 sumKg);
    error MRVRegistryAmountTooLarge(bytes14 reportId, uint64 verifiedKg, uint64 limit);
    error MRVRegistryUnitsAlreadyConnected(address units);
    error MRVRegistryUnitsNotConnected(bytes14 reportId);

    /// @notice Lets the developer of a project report, by `ProjectRegistry`, in the transaction that validates it.
    function openProject(bytes32 projectId, OpenedProject calldata opened) external;

    /// @notice Ends that, by `ProjectRegistry`, in the transaction that archives the project.
    function closeProject(bytes32 projectId) external;

    /// @notice (none) -> submitted, by the developer of a validated project.
    /// @param documentId the MRV document's `id`: 1 to 100 bytes of `A-Z a-z 0-9 _ -`
    function submitReport(bytes32 projectId, string calldata documentId, ReportSubmission calldata submission)
        external
        returns (bytes14 reportId);

    /// @notice rejected or withdrawn -> submitted as a new version with another hash; the period may differ. Emits
    /// `MRVSubmitted`.
    function resubmitReport(bytes32 projectId, string calldata documentId, ReportSubmission calldata submission)
        external;

    /// @notice submitted or pending_verification -> withdrawn, by the developer; frees the period.
    /// @param reason at most 500 bytes; may be empty
    function withdrawReport(bytes14 reportId, string calldata reason) external;

    /// @notice submitted -> pending_verification, or another verifier than the present one while pending. The verifier is
    /// neither the developer nor the validator of the project, and `Fit` for it (see `IRegistryAccessControl.standing`).
    function assignVerifier(bytes14 reportId, address verifier) external;

    /// @notice pending_verification -> verified, by the assigned verifier while `Fit`, once the period is over. Where
    /// the methodology says automatic issuance, the units are issued in the same transaction, unless the developer's
    /// account is suspended or the project has a deficit: then they stay due.
    function verifyReport(bytes14 reportId, Verification calldata verification) external;

    /// @notice pending_verification -> rejected, by the assigned verifier; frees the period.
    /// @param statementHash hash of the verification statement, never zero
    /// @param reason 1 to 500 bytes
    function rejectReport(
        bytes14 reportId,
        bytes32 reportHash,
        bytes32 statementHash,
        string calldata statementUri,
        string calldata reason
    ) external;

    /// @notice verified -> archived, by the developer or an operator: nothing more is issued against it; its period
    /// stays taken.
    /// @param reason at most 500 bytes; may be empty
    function archiveReport(bytes14 reportId, string calldata reason) external;

    /// @notice Names the token contract; once, by the administrator.
    // The view of that name is read elsewhere; a declaration has no body in which to mistake them.
    // slither-disable-next-line shadowing-local
    function connectUnits(address units) external;

    function report(bytes14 reportId) external view returns (Report memory);

    function verifiedVintages(bytes14 reportId) external view returns (VintageAmount[] memory);

    /// @notice kg CO2e verified for one vintage of a report.
    function verifiedKg(bytes14 reportId, uint16 vintage) external view returns (uint64);

    function issuanceTerms(bytes14 reportId) external view returns (IssuanceTerms memory);

    /// @notice kg CO2e that each vintage may issue in whole granules. What rounding leaves of a vintage is carried to the
    /// next one of the report and counts there; what the last one leaves stays as `carriedKg`.
    function issuableVintages(bytes14 reportId) external view returns (VintageAmount[] memory);

    /// @notice kg CO2e verified that make no whole granule; never issued, never lost.
    function carriedKg(bytes14 reportId) external view returns (uint64);

    /// @notice `issuanceTerms`, and the vintage's share of `issuableVintages`, in one call.
    function vintageTerms(bytes14 reportId, uint16 vintage)
        external
        view
        returns (IssuanceTerms memory terms, uint64 kg);

    /// @notice The accepted report of the project whose period shares a day with `[startDay, endDay]`, or zero.
    function overlappingReport(bytes32 projectId, uint16 startDay, uint16 endDay) external view returns (bytes14);

    /// @notice The token contract, zero until it is connected.
    function units() external view returns (address);

    function reportIdOf(bytes32 projectId, string calldata documentId) external pure returns (bytes14);
}
