// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {IMethodologyRegistry} from "./interfaces/IMethodologyRegistry.sol";
import {IMRVRegistry, OpenedProject} from "./interfaces/IMRVRegistry.sol";
import {IProjectRegistry, PDD, Project, ProjectStatus} from "./interfaces/IProjectRegistry.sol";
import {Standing} from "./interfaces/IRegistryAccessControl.sol";
import {Identifiers} from "./libraries/Identifiers.sol";
import {Roles} from "./libraries/Roles.sol";
import {RegistryModule} from "./RegistryModule.sol";

/// @title Project design documents and the project life cycle (OGCR 5.2.1)
contract ProjectRegistry is RegistryModule, IProjectRegistry {
    /// @custom:storage-location erc7201:ogcr.storage.ProjectRegistry
    struct ProjectRegistryStorage {
        mapping(bytes32 projectId => Project) projects;
        IMethodologyRegistry methodologies;
        IMRVRegistry reports;
    }

    // keccak256(abi.encode(uint256(keccak256("ogcr.storage.ProjectRegistry")) - 1)) & ~bytes32(uint256(0xff))
    bytes32 private constant STORAGE = 0x0a6c623c958e3f13bc84f8b0e2b94f893e16fc06e232c7386a462cc5df9d2d00;

    uint256 private constant URI_LIMIT = 512;
    uint256 private constant REASON_LIMIT = 500;

    /// @custom:oz-upgrades-unsafe-allow constructor
    constructor(address trustedForwarder) RegistryModule(trustedForwarder) {}

    /// @param authority_ the registry's `RegistryAccessControl`
    /// @param methodologies_ the registry's `MethodologyRegistry`
    function initialize(address authority_, address methodologies_) external initializer {
        if (methodologies_ == address(0)) revert ProjectRegistryZeroAddress();
        __RegistryModule_init(authority_);
        _storage().methodologies = IMethodologyRegistry(methodologies_);
    }

    function draftProject(string calldata documentId, PDD calldata pdd)
        external
        restricted
        whenNotPaused
        returns (bytes32)
    {
        return _register(documentId, pdd, ProjectStatus.Draft);
    }

    function registerProject(string calldata documentId, PDD calldata pdd)
        external
        restricted
        whenNotPaused
        returns (bytes32)
    {
        return _register(documentId, pdd, ProjectStatus.Submitted);
    }

    function updatePDD(bytes32 projectId, PDD calldata pdd) external restricted whenNotPaused {
        Project storage held = _ownProject(projectId);
        ProjectStatus status = held.status;
        bool open = status == ProjectStatus.Draft || status == ProjectStatus.Submitted;
        if (!open && status != ProjectStatus.Rejected) revert ProjectRegistryUnexpectedStatus(projectId, status);
        _replacePDD(projectId, held, pdd);
    }

    function submitProject(bytes32 projectId, bytes32 pddHash) external restricted whenNotPaused {
        Project storage held = _ownProject(projectId);
        _requireEither(projectId, held.status, ProjectStatus.Draft, ProjectStatus.Rejected);
        if (held.pddHash != pddHash) revert ProjectRegistryStalePDD(projectId, pddHash, held.pddHash);
        if (held.version == held.decidedVersion) {
            revert ProjectRegistryNewVersionRequired(projectId, held.decidedVersion);
        }
        _transition(projectId, held, ProjectStatus.Submitted, 0, "", "");
    }

    function resubmitProject(bytes32 projectId, PDD calldata pdd) external restricted whenNotPaused {
        Project storage held = _ownProject(projectId);
        _requireEither(projectId, held.status, ProjectStatus.Draft, ProjectStatus.Rejected);
        _replacePDD(projectId, held, pdd);
        _transition(projectId, held, ProjectStatus.Submitted, 0, "", "");
    }

    function redraftProject(bytes32 projectId, PDD calldata pdd) external restricted whenNotPaused {
        Project storage held = _ownProject(projectId);
        _requireStatus(projectId, held.status, ProjectStatus.Rejected);
        _replacePDD(projectId, held, pdd);
        _transition(projectId, held, ProjectStatus.Draft, 0, "", "");
    }

    function assignValidator(bytes32 projectId, address validator) external restricted whenNotPaused {
        Project storage held = _storage().projects[projectId];
        ProjectStatus status = held.status;
        _requireEither(projectId, status, ProjectStatus.Submitted, ProjectStatus.UnderReview);
        bool isSame = status == ProjectStatus.UnderReview && validator == held.validator;
        if (isSame || validator == held.developer) {
            revert ProjectRegistryInvalidValidator(projectId, validator, Standing.Fit);
        }
        Standing standing = _standing(validator, Roles.VALIDATOR, held.projectType, held.developer);
        if (standing != Standing.Fit) revert ProjectRegistryInvalidValidator(projectId, validator, standing);

        held.validator = validator;
        emit ValidatorAssigned(projectId, validator, _msgSender());
        if (status == ProjectStatus.Submitted) {
            _transition(projectId, held, ProjectStatus.UnderReview, 0, "", "");
        }
    }

    function validateProject(bytes32 projectId, bytes32 pddHash, bytes32 decisionHash, string calldata decisionUri)
        external
        restricted
        whenNotPaused
    {
        _decide(projectId, ProjectStatus.Validated, pddHash, decisionHash, decisionUri, "");
        _openReporting(projectId);
    }

    function rejectProject(
        bytes32 projectId,
        bytes32 pddHash,
        bytes32 decisionHash,
        string calldata decisionUri,
        string calldata reason
    ) external restricted whenNotPaused {
        _requireReason(reason);
        _decide(projectId, ProjectStatus.Rejected, pddHash, decisionHash, decisionUri, reason);
    }

    function requestRevision(
        bytes32 projectId,
        bytes32 pddHash,
        bytes32 decisionHash,
        string calldata decisionUri,
        string calldata reason
    ) external restricted whenNotPaused {
        _requireReason(reason);
        _decide(projectId, ProjectStatus.Draft, pddHash, decisionHash, decisionUri, reason);
    }

    function updateMetadata(bytes32 projectId, bytes32 metadataHash, string calldata uri)
        external
        restricted
        whenNotPaused
    {
        Project storage held = _ownProject(projectId);
        _requireStatus(projectId, held.status, ProjectStatus.Validated);
        if (metadataHash == 0) revert ProjectRegistryZeroHash();
        _requireWithin(uri, URI_LIMIT);

        held.metadataHash = metadataHash;
        emit ProjectMetadataUpdated(projectId, held.developer, metadataHash, uri);
    }

    function archiveProject(bytes32 projectId, string calldata reason) external restricted whenNotPaused {
        Project storage held = _storage().projects[projectId];
        ProjectStatus status = held.status;
        if (status == ProjectStatus.None) revert ProjectRegistryUnexpectedStatus(projectId, status);
        address caller = _msgSender();
        if (caller != held.developer && !_holdsRole(Roles.REGISTRY_OPERATOR, caller)) {
            revert ProjectRegistryNotDeveloperOrOperator(projectId, caller);
        }
        _requireEither(projectId, status, ProjectStatus.Validated, ProjectStatus.Rejected);
        _requireWithin(reason, REASON_LIMIT);
        _transition(projectId, held, ProjectStatus.Archived, 0, "", reason);
        if (status == ProjectStatus.Validated) _storage().reports.closeProject(projectId);
    }

    function connectReports(address reports_) external restricted whenNotPaused {
        ProjectRegistryStorage storage $ = _storage();
        if (reports_ == address(0)) revert ProjectRegistryZeroAddress();
        if (address($.reports) != address(0)) revert ProjectRegistryReportsAlreadyConnected(address($.reports));

        $.reports = IMRVRegistry(reports_);
        emit ReportsConnected(reports_, _msgSender());
    }

    function project(bytes32 projectId) external view returns (Project memory) {
        return _storage().projects[projectId];
    }

    function methodologies() external view returns (address) {
        return address(_storage().methodologies);
    }

    function reports() external view returns (address) {
        return address(_storage().reports);
    }

    function projectIdOf(string calldata documentId) public pure returns (bytes32) {
        return keccak256(bytes(documentId));
    }

    function _register(string calldata documentId, PDD calldata pdd, ProjectStatus status)
        private
        returns (bytes32 projectId)
    {
        if (!Identifiers.isDocumentId(documentId)) revert ProjectRegistryInvalidDocumentId(documentId);
        projectId = projectIdOf(documentId);
        Project storage held = _storage().projects[projectId];
        if (held.status != ProjectStatus.None) revert ProjectRegistryAlreadyRegistered(projectId);
        // Calls that come through the access manager's `execute` lose their author: a project needs one.
        address developer = _msgSender();
        if (developer == authority()) revert ProjectRegistryNotDeveloper(projectId, developer);
        _requireSound(pdd);
        _requirePermitted(pdd);

        held.developer = developer;
        _storePDD(held, pdd, 1);
        emit PDDRegistered(
            projectId,
            developer,
            pdd.methodologyKey,
            documentId,
            pdd.pddHash,
            pdd.projectType,
            pdd.startDay,
            pdd.endDay,
            pdd.uri
        );
        _transition(projectId, held, status, 0, "", "");
    }

    function _replacePDD(bytes32 projectId, Project storage held, PDD calldata pdd) private {
        _requireSound(pdd);
        if (pdd.pddHash == held.pddHash) revert ProjectRegistryUnchangedPDD(projectId, pdd.pddHash);
        // A project goes on under a methodology that was deprecated meanwhile (OGCR 6.1.1); it cannot move to one.
        if (pdd.methodologyKey != held.methodologyKey || pdd.projectType != held.projectType) _requirePermitted(pdd);

        uint32 version = held.version + 1;
        _storePDD(held, pdd, version);
        emit PDDUpdated(
            projectId,
            held.developer,
            pdd.methodologyKey,
            version,
            pdd.pddHash,
            pdd.projectType,
            pdd.startDay,
            pdd.endDay,
            pdd.uri
        );
    }

    function _storePDD(Project storage held, PDD calldata pdd, uint32 version) private {
        held.pddHash = pdd.pddHash;
        held.methodologyKey = pdd.methodologyKey;
        held.projectType = pdd.projectType;
        held.startDay = pdd.startDay;
        held.endDay = pdd.endDay;
        held.version = version;
    }

    function _decide(
        bytes32 projectId,
        ProjectStatus outcome,
        bytes32 pddHash,
        bytes32 decisionHash,
        string calldata decisionUri,
        string memory reason
    ) private {
        Project storage held = _storage().projects[projectId];
        _requireStatus(projectId, held.status, ProjectStatus.UnderReview);
        address caller = _msgSender();
        if (caller != held.validator) revert ProjectRegistryNotAssignedValidator(projectId, caller);
        Standing standing = _standing(caller, Roles.VALIDATOR, held.projectType, held.developer);
        if (standing != Standing.Fit) revert ProjectRegistryUnfitValidator(projectId, caller, standing);
        if (held.pddHash != pddHash) revert ProjectRegistryStalePDD(projectId, pddHash, held.pddHash);
        if (decisionHash == 0) revert ProjectRegistryZeroHash();
        _requireWithin(decisionUri, URI_LIMIT);

        held.decidedVersion = held.version;
        held.decidedAt = uint48(block.timestamp);
        _transition(projectId, held, outcome, decisionHash, decisionUri, reason);
    }

    /// A submission then finds beside its reports what it needs to know of the project.
    function _openReporting(bytes32 projectId) private {
        IMRVRegistry reports_ = _storage().reports;
        if (address(reports_) == address(0)) revert ProjectRegistryReportsNotConnected(projectId);
        Project storage held = _storage().projects[projectId];
        reports_.openProject(
            projectId,
            OpenedProject(held.developer, held.methodologyKey, held.projectType, held.startDay, held.endDay)
        );
    }

    function _transition(
        bytes32 projectId,
        Project storage held,
        ProjectStatus to,
        bytes32 decisionHash,
        string memory decisionUri,
        string memory reason
    ) private {
        ProjectStatus from = held.status;
        held.status = to;
        emit ProjectStatusChanged(projectId, from, to, _msgSender(), held.pddHash, decisionHash, decisionUri, reason);
    }

    function _ownProject(bytes32 projectId) private view returns (Project storage held) {
        held = _storage().projects[projectId];
        if (held.status == ProjectStatus.None) revert ProjectRegistryUnexpectedStatus(projectId, ProjectStatus.None);
        address caller = _msgSender();
        if (held.developer != caller) revert ProjectRegistryNotDeveloper(projectId, caller);
    }

    function _requirePermitted(PDD calldata pdd) private view {
        IMethodologyRegistry registry = _storage().methodologies;
        if (!registry.permits(pdd.methodologyKey, pdd.projectType)) {
            revert ProjectRegistryMethodologyNotPermitted(
                pdd.methodologyKey, registry.methodology(pdd.methodologyKey).status, pdd.projectType
            );
        }
    }

    function _requireSound(PDD calldata pdd) private pure {
        if (pdd.pddHash == 0) revert ProjectRegistryZeroHash();
        if (pdd.startDay > pdd.endDay) revert ProjectRegistryInvalidPeriod(pdd.startDay, pdd.endDay);
        _requireWithin(pdd.uri, URI_LIMIT);
    }

    function _requireReason(string calldata reason) private pure {
        if (bytes(reason).length == 0) revert ProjectRegistryReasonRequired();
        _requireWithin(reason, REASON_LIMIT);
    }

    function _requireWithin(string calldata text, uint256 limit) private pure {
        if (bytes(text).length > limit) revert ProjectRegistryTextTooLong(bytes(text).length, limit);
    }

    function _requireStatus(bytes32 projectId, ProjectStatus status, ProjectStatus expected) private pure {
        if (status != expected) revert ProjectRegistryUnexpectedStatus(projectId, status);
    }

    function _requireEither(bytes32 projectId, ProjectStatus status, ProjectStatus one, ProjectStatus other)
        private
        pure
    {
        if (status != one && status != other) revert ProjectRegistryUnexpectedStatus(projectId, status);
    }

    function _storage() private pure returns (ProjectRegistryStorage storage $) {
        assembly {
            $.slot := STORAGE
        }
    }
}
