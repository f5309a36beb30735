// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {UnitType} from "./IMethodologyRegistry.sol";

enum ExportStatus {
    None,
    Started,
    Aborted,
    Completed
}

/// @param targetRegistry name of the registry that is to take the units, as `originRegistry`
/// @param targetAccount account there, at most 200 bytes, no personal data
struct Export {
    ExportStatus status;
    address owner;
    uint48 changedAt;
    string targetRegistry;
    string targetAccount;
}

/// @param originRegistry name of the registry in which the units ended, best its domain: 1 to 100 bytes of
/// `A-Z a-z 0-9 . _ -`
/// @param originKey their serial number there: 1 to 200 visible ASCII characters; used once for ever
/// @param originProject id of their project there: 1 to 200 visible ASCII characters
/// @param kg 1 to 2^53 - 1, whole granules
/// @param granularityKg smallest amount of one unit, kg CO2e; whole tonnes for every type but `CRU`
/// @param monitoringEndDay as in the origin; for an expiring type it has not passed
/// @param evidenceHash SHA-256 of the proof that they ended in the origin for this registry, never zero
/// @param uri where it can be had; at most 512 bytes
struct Import {
    string originRegistry;
    string originKey;
    string originProject;
    address to;
    uint16 vintage;
    uint64 kg;
    UnitType unitType;
    uint32 granularityKg;
    bool expires;
    uint16 monitoringEndDay;
    bytes32 evidenceHash;
    string uri;
}

/// @title Units that cross between registries (OGCR 2.3, 6.2.3): never two live copies
/// @notice An export locks a block for a named target and then ends it; the target creates its copy only when it sees the
/// end. An import creates units against a key of the origin that is used once for ever.
/// What differs in the case of letters alone is the same registry, key and project, so that no other spelling brings units
/// in a second time. With `l` for the text in lower case, the report id of imported units is the first 112 bits of
/// `keccak256(abi.encode("import", l(originRegistry), l(originKey)))`, and the id of their project
/// `keccak256(abi.encode("import project", l(originRegistry), l(originProject)))`: never an id of this registry.
interface IUnitExchange {
    event ExportStarted(
        uint256 indexed tokenId,
        address indexed owner,
        address indexed actor,
        uint64 kg,
        string targetRegistry,
        string targetAccount
    );
    event ExportAborted(uint256 indexed tokenId, address indexed owner, address indexed actor, string reason);
    /// @param evidenceHash SHA-256 of the target's agreement to take the units
    event ExportCompleted(
        uint256 indexed tokenId, address indexed owner, address indexed actor, bytes32 evidenceHash, string uri
    );
    event UnitsImported(
        uint256 indexed tokenId,
        bytes14 indexed reportId,
        address indexed to,
        address actor,
        string originRegistry,
        string originKey,
        string originProject,
        uint32 granularityKg,
        bytes32 evidenceHash,
        string uri
    );

    error UnitExchangeZeroAddress();
    error UnitExchangeZeroAmount();
    error UnitExchangeZeroHash();
    error UnitExchangeInvalidRegistry(string registry);
    error UnitExchangeInvalidKey(string key);
    error UnitExchangeTextTooLong(uint256 length, uint256 limit);
    error UnitExchangeUnexpectedStatus(uint256 tokenId, ExportStatus status);
    error UnitExchangeNotOwnerOrOperator(uint256 tokenId, address caller);
    error UnitExchangeAlreadyImported(bytes14 reportId);
    error UnitExchangeInvalidGranularity(UnitType unitType, uint32 granularityKg);
    error UnitExchangeInvalidExpiry(UnitType unitType, bool expires);
    error UnitExchangeExpired(uint16 monitoringEndDay);
    /// @notice Not a year from 1970 to the present one.
    error UnitExchangeInvalidVintage(uint16 vintage);

    /// @notice Locks the last `kg` of a block, by its owner or somebody approved.
    /// @return lockedId the block that waits for the end
    function startExport(
        uint256 tokenId,
        uint64 kg,
        string calldata targetRegistry,
        string calldata targetAccount
    ) external returns (uint256 lockedId);

    /// @notice Gives a locked block back to its owner, by the owner or an operator. Ends the export, too, of a block whose
    /// monitoring period was over and which somebody expired.
    /// @param reason at most 500 bytes; may be empty
    function abortExport(uint256 tokenId, string calldata reason) external;

    /// @notice Ends a locked block for ever, by an operator; not while its owner is suspended.
    function completeExport(uint256 tokenId, bytes32 evidenceHash, string calldata uri) external;

    /// @notice Creates units that ended in another registry, by an operator.
    function importUnits(Import calldata units) external returns (uint256 tokenId);

    function exportOf(uint256 tokenId) external view returns (Export memory);

    /// @notice The report id of imported units, and whether they were imported. Any spelling of the same key will do.
    function importOf(string calldata originRegistry, string calldata originKey)
        external
        view
        returns (bytes14 reportId, bool isImported);
}
