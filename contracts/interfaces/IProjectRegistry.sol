// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {MethodologyStatus, ProjectType} from "./IMethodologyRegistry.sol";
import {Standing} from "./IRegistryAccessControl.sol";

enum ProjectStatus {
    None,
    Draft,
    Submitted,
    UnderReview,
    Validated,
    Rejected,
    Archived
}

/// @notice One version of a project design document, as its developer anchors it (OGCR 3.1).
/// @param pddHash SHA-256 of the canonical PDD
/// @param methodologyKey key of an active methodology version that permits the project type
/// @param startDay first day of the project, UTC days since 1970-01-01; 0 when the PDD names no duration
/// @param endDay last day of the project, included; 65535 when the PDD names no duration
/// @param uri where the document can be had; at most 512 bytes
struct PDD {
    bytes32 pddHash;
    bytes32 methodologyKey;
    ProjectType projectType;
    uint16 startDay;
    uint16 endDay;
    string uri;
}

/// @param version counts the PDD versions of the project from 1
/// @param decidedVersion the last version a validator decided on, 0 when none
/// @param decidedAt UNIX seconds of that decision
/// @param metadataHash hash of the permitted metadata of a validated project, zero when never changed
struct Project {
    bytes32 pddHash;
    bytes32 methodologyKey;
    address developer;
    ProjectStatus status;
    ProjectType projectType;
    uint16 startDay;
    uint16 endDay;
    uint32 version;
    address validator;
    uint32 decidedVersion;
    uint48 decidedAt;
    bytes32 metadataHash;
}

/// @title Project design documents and the project life cycle (OGCR 5.2.1)
/// @notice A project's id is `keccak256(utf8(documentId))`. Every status change emits `ProjectStatusChanged`;
/// every document version emits `PDDRegistered` or `PDDUpdated`.
interface IProjectRegistry {
    event PDDRegistered(
        bytes32 indexed projectId,
        address indexed developer,
        bytes32 indexed methodologyKey,
        string documentId,
        bytes32 pddHash,
        ProjectType projectType,
        uint16 startDay,
        uint16 endDay,
        string uri
    );
    event PDDUpdated(
        bytes32 indexed projectId,
        address indexed developer,
        bytes32 indexed methodologyKey,
        uint32 version,
        bytes32 pddHash,
        ProjectType projectType,
        uint16 startDay,
        uint16 endDay,
        string uri
    );
    event ValidatorAssigned(bytes32 indexed projectId, address indexed validator, address indexed actor);
    /// @param pddHash the PDD in force at the change
    /// @param decisionHash hash of the decision document, zero when the change is no validator's decision
    /// @param reason why, for a rejection, a revision request or an archival
    event ProjectStatusChanged(
        bytes32 indexed projectId,
        ProjectStatus indexed from,
        ProjectStatus indexed to,
        address actor,
        bytes32 pddHash,
        bytes32 decisionHash,
        string decisionUri,
        string reason
    );
    event ProjectMetadataUpdated(
        bytes32 indexed projectId, address indexed developer, bytes32 metadataHash, string uri
    );
    /// @notice The registry of reports that validated projects are opened in; set once at deployment.
    event ReportsConnected(address indexed reports, address indexed actor);

    error ProjectRegistryInvalidDocumentId(string documentId);
    error ProjectRegistryZeroHash();
    error ProjectRegistryZeroAddress();
    error ProjectRegistryInvalidPeriod(uint16 startDay, uint16 endDay);
    error ProjectRegistryTextTooLong(uint256 length, uint256 limit);
    error ProjectRegistryReasonRequired();
    error ProjectRegistryAlreadyRegistered(bytes32 projectId);
    error ProjectRegistryUnexpectedStatus(bytes32 projectId, ProjectStatus status);
    error ProjectRegistryNotDeveloper(bytes32 projectId, address caller);
    error ProjectRegistryNotAssignedValidator(bytes32 projectId, address caller);
    error ProjectRegistryNotDeveloperOrOperator(bytes32 projectId, address caller);
    /// @param standing why: `Fit` when the validator is the present one or the developer
    error ProjectRegistryInvalidValidator(bytes32 projectId, address validator, Standing standing);
    /// @notice The assigned validator may no longer decide: its accreditation lapsed, was withdrawn or narrowed.
    error ProjectRegistryUnfitValidator(bytes32 projectId, address validator, Standing standing);
    error ProjectRegistryStalePDD(bytes32 projectId, bytes32 named, bytes32 current);
    error ProjectRegistryUnchangedPDD(bytes32 projectId, bytes32 pddHash);
    error ProjectRegistryNewVersionRequired(bytes32 projectId, uint32 decidedVersion);
    error ProjectRegistryMethodologyNotPermitted(
        bytes32 methodologyKey, MethodologyStatus status, ProjectType projectType
    );
    error ProjectRegistryReportsAlreadyConnected(address reports);
    error ProjectRegistryReportsNotConnected(bytes32 projectId);

    /// @notice (none) -> draft. The caller becomes the project's developer.
    /// @param documentId the PDD's `id`: 1 to 100 bytes of `A-Z a-z 0-9 _ -`
    function draftProject(string calldata documentId, PDD calldata pdd) external returns (bytes32 projectId);

    /// @notice (none) -> submitted. The caller becomes the project's developer.
    function registerProject(string calldata documentId, PDD calldata pdd) external returns (bytes32 projectId);

    /// @notice New PDD version of a draft, submitted or rejected project; the status stays. The methodology may have been
    /// deprecated meanwhile; another methodology or project type must be permitted as for a new project.
    function updatePDD(bytes32 projectId, PDD calldata pdd) external;

    /// @notice draft or rejected -> submitted, naming the current PDD, which must be newer than the last decision.
    function submitProject(bytes32 projectId, bytes32 pddHash) external;

    /// @notice draft or rejected -> submitted with a new PDD version in one call.
    function resubmitProject(bytes32 projectId, PDD calldata pdd) external;

    /// @notice rejected -> draft with a new PDD version.
    function redraftProject(bytes32 projectId, PDD calldata pdd) external;

    /// @notice submitted -> under_review, or another validator than the present one while under review. The validator is
    /// not the developer, and `Fit` for the project (see `IRegistryAccessControl.standing`).
    function assignValidator(bytes32 projectId, address validator) external;

    /// @notice under_review -> validated, by the assigned validator, naming the PDD hash that was judged.
    /// @param decisionHash hash of the decision document, never zero
    /// @param decisionUri where that document can be had; at most 512 bytes
    function validateProject(bytes32 projectId, bytes32 pddHash, bytes32 decisionHash, string calldata decisionUri)
        external;

    /// @notice under_review -> rejected; the reason is mandatory (1 to 500 bytes).
    function rejectProject(
        bytes32 projectId,
        bytes32 pddHash,
        bytes32 decisionHash,
        string calldata decisionUri,
        string calldata reason
    ) external;

    /// @notice under_review -> draft; the reason is mandatory. The project comes back as a new version.
    function requestRevision(
        bytes32 projectId,
        bytes32 pddHash,
        bytes32 decisionHash,
        string calldata decisionUri,
        string calldata reason
    ) external;

    /// @notice Permitted metadata of a validated project (OGCR 4.2.1); the PDD hash never changes.
    function updateMetadata(bytes32 projectId, bytes32 metadataHash, string calldata uri) external;

    /// @notice validated or rejected -> archived, by the developer or an operator: no new reports.
    /// @param reason at most 500 bytes; may be empty
    function archiveProject(bytes32 projectId, string calldata reason) external;

    /// @notice Names the registry of reports; once, by the administrator. Nothing is validated before.
    // The view of that name is read elsewhere; a declaration has no body in which to mistake them.
    // slither-disable-next-line shadowing-local
    function connectReports(address reports) external;

    function project(bytes32 projectId) external view returns (Project memory);

    /// @notice The `MethodologyRegistry` that every project's methodology is looked up in.
    function methodologies() external view returns (address);

    /// @notice The `MRVRegistry`, zero until it is connected.
    function reports() external view returns (address);

    function projectIdOf(string calldata documentId) external pure returns (bytes32);
}
