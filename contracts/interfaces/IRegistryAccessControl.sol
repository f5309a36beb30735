// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {ProjectType} from "./IMethodologyRegistry.sol";

/// @notice Whether an account may validate or verify for a project today, and if not, why.
enum Standing {
    Fit,
    RoleNotHeld,
    NotAccredited,
    OutOfScope,
    NotYetValid,
    Lapsed,
    SameOrganisation
}

/// @param projectTypes set of project types it may judge, the bit `1 << uint8(projectType)` each; zero: no accreditation
/// @param startDay first valid day, UTC days since 1970-01-01
/// @param endDay last valid day, included
/// @param evidenceHash SHA-256 of the accreditation body's document, never zero
struct Accreditation {
    uint32 projectTypes;
    uint16 startDay;
    uint16 endDay;
    bytes32 evidenceHash;
}

/// @title Accreditation and independence of validators and verifiers (OGCR 6.2.2; Regulation (EU) 2024/3012 Art. 10(3))
/// @notice Beside OpenZeppelin's `AccessManager`, which says who may call what. A role alone lets nobody judge: it takes
/// a current accreditation whose scope covers the project's type, and another organisation than the developer's.
interface IRegistryAccessControl {
    /// @notice A new accreditation replaces the one before.
    event AccreditationGranted(
        address indexed account,
        uint64 indexed roleId,
        address indexed actor,
        uint32 projectTypes,
        uint16 startDay,
        uint16 endDay,
        bytes32 evidenceHash,
        string uri
    );
    /// @notice What the account decided before stands; who reads the index sees those decisions marked.
    event AccreditationWithdrawn(
        address indexed account, uint64 indexed roleId, address indexed actor, bytes32 evidenceHash, string reason
    );
    /// @param organisation keccak256 of the organisation's registered identifier, zero when it has none
    event OrganisationSet(address indexed account, bytes32 indexed organisation, address indexed actor);

    error RegistryAccessControlZeroAddress();
    error RegistryAccessControlZeroHash();
    error RegistryAccessControlTextTooLong(uint256 length, uint256 limit);
    error RegistryAccessControlReasonRequired();
    /// @notice Only the roles `validator` and `verifier` are accredited.
    error RegistryAccessControlInvalidRole(uint64 roleId);
    error RegistryAccessControlInvalidScope(uint32 projectTypes);
    error RegistryAccessControlInvalidPeriod(uint16 startDay, uint16 endDay);
    error RegistryAccessControlOrganisationRequired(address account);
    error RegistryAccessControlNotAccredited(address account, uint64 roleId);

    /// @notice Accredits a validator or verifier, by the operator; its organisation must be known.
    /// @param uri where the evidence can be had; at most 512 bytes
    function accredit(address account, uint64 roleId, Accreditation calldata accreditation_, string calldata uri) external;

    /// @notice Ends an accreditation at once, by the operator.
    /// @param evidenceHash SHA-256 of the decision, never zero
    /// @param reason 1 to 500 bytes
    function withdrawAccreditation(address account, uint64 roleId, bytes32 evidenceHash, string calldata reason)
        external;

    /// @notice Says for which organisation an account acts, by the operator; developers, validators and verifiers alike.
    function setOrganisation(address account, bytes32 organisation) external;

    /// @notice The accreditation in force or lapsed; empty when never given or withdrawn.
    function accreditation(address account, uint64 roleId) external view returns (Accreditation memory);

    function organisationOf(address account) external view returns (bytes32);

    /// @notice Whether the account holds the role, is accredited today for the type, and is of another organisation
    /// than the developer. An account without an organisation acts for itself.
    function standing(address account, uint64 roleId, ProjectType projectType, address developer)
        external
        view
        returns (Standing);
}
