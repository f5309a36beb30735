// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {
    IMethodologyRegistry,
    Methodology,
    MethodologyStatus,
    MethodologyTerms,
    ProjectType,
    UnitType
} from "./interfaces/IMethodologyRegistry.sol";
import {Identifiers} from "./libraries/Identifiers.sol";
import {RegistryModule} from "./RegistryModule.sol";

/// @title Methodology versions, their terms and their status (OGCR 6.1.1)
contract MethodologyRegistry is RegistryModule, IMethodologyRegistry {
    /// The status and the terms share one slot, so that `permits` costs one storage read.
    struct Entry {
        bytes32 documentHash;
        MethodologyStatus status;
        UnitType unitType;
        uint32 granularityKg;
        uint16 bufferRateBps;
        bool automaticIssuance;
        bool expires;
        uint16 durabilityYears;
        uint32 projectTypes;
    }

    /// @custom:storage-location erc7201:ogcr.storage.MethodologyRegistry
    struct MethodologyRegistryStorage {
        mapping(bytes32 methodologyKey => Entry) entries;
    }

    // keccak256(abi.encode(uint256(keccak256("ogcr.storage.MethodologyRegistry")) - 1)) & ~bytes32(uint256(0xff))
    bytes32 private constant STORAGE = 0x6f24772c942287b011f56a0ebbe3d9d71b2ad592ce7c695339834e604cd40000;

    uint256 private constant URI_LIMIT = 512;
    uint32 private constant KG_PER_TONNE = 1000;
    uint16 private constant WHOLE_BPS = 10_000;
    uint16 private constant MAX_DURABILITY_YEARS = 1000;
    uint32 private constant EVERY_PROJECT_TYPE = (uint32(2) << uint8(type(ProjectType).max)) - 1;

    /// @custom:oz-upgrades-unsafe-allow constructor
    constructor(address trustedForwarder) RegistryModule(trustedForwarder) {}

    /// @param authority_ the registry's `RegistryAccessControl`
    function initialize(address authority_) external initializer {
        __RegistryModule_init(authority_);
    }

    function registerMethodology(
        string calldata methodologyId,
        string calldata version,
        bytes32 documentHash,
        string calldata uri,
        MethodologyTerms calldata terms
    ) external restricted whenNotPaused returns (bytes32 methodologyKey) {
        if (!Identifiers.isMethodologyId(methodologyId)) revert MethodologyRegistryInvalidId(methodologyId);
        if (!Identifiers.isVersion(version)) revert MethodologyRegistryInvalidVersion(version);
        if (documentHash == 0) revert MethodologyRegistryZeroHash();
        if (bytes(uri).length > URI_LIMIT) revert MethodologyRegistryUriTooLong(bytes(uri).length, URI_LIMIT);
        _requireSoundTerms(terms);

        methodologyKey = methodologyKeyOf(methodologyId, version);
        Entry storage entry = _storage().entries[methodologyKey];
        if (entry.status != MethodologyStatus.None) revert MethodologyRegistryAlreadyRegistered(methodologyKey);

        entry.documentHash = documentHash;
        entry.unitType = terms.unitType;
        entry.granularityKg = terms.granularityKg;
        entry.bufferRateBps = terms.bufferRateBps;
        entry.automaticIssuance = terms.automaticIssuance;
        entry.expires = terms.expires;
        entry.durabilityYears = terms.durabilityYears;
        entry.projectTypes = terms.projectTypes;
        emit MethodologyRegistered(methodologyKey, _msgSender(), methodologyId, version, documentHash, uri, terms);
        _transition(methodologyKey, entry, MethodologyStatus.Registered);
    }

    function activateMethodology(bytes32 methodologyKey) external restricted whenNotPaused {
        Entry storage entry = _storage().entries[methodologyKey];
        if (entry.status != MethodologyStatus.Registered) {
            revert MethodologyRegistryUnexpectedStatus(methodologyKey, entry.status);
        }
        _transition(methodologyKey, entry, MethodologyStatus.Active);
    }

    function deprecateMethodology(bytes32 methodologyKey) external restricted whenNotPaused {
        Entry storage entry = _storage().entries[methodologyKey];
        MethodologyStatus status = entry.status;
        if (status != MethodologyStatus.Registered && status != MethodologyStatus.Active) {
            revert MethodologyRegistryUnexpectedStatus(methodologyKey, status);
        }
        _transition(methodologyKey, entry, MethodologyStatus.Deprecated);
    }

    function methodology(bytes32 methodologyKey) external view returns (Methodology memory) {
        Entry storage entry = _storage().entries[methodologyKey];
        return Methodology({
            documentHash: entry.documentHash,
            status: entry.status,
            terms: MethodologyTerms({
                unitType: entry.unitType,
                granularityKg: entry.granularityKg,
                bufferRateBps: entry.bufferRateBps,
                automaticIssuance: entry.automaticIssuance,
                expires: entry.expires,
                durabilityYears: entry.durabilityYears,
                projectTypes: entry.projectTypes
            })
        });
    }

    function permits(bytes32 methodologyKey, ProjectType projectType) external view returns (bool) {
        Entry storage entry = _storage().entries[methodologyKey];
        return entry.status == MethodologyStatus.Active && (entry.projectTypes >> uint8(projectType)) & 1 == 1;
    }

    function methodologyKeyOf(string calldata methodologyId, string calldata version) public pure returns (bytes32) {
        return keccak256(abi.encodePacked(methodologyId, "@", version));
    }

    function _transition(bytes32 methodologyKey, Entry storage entry, MethodologyStatus to) private {
        MethodologyStatus from = entry.status;
        entry.status = to;
        emit MethodologyStatusChanged(methodologyKey, from, to, _msgSender());
    }

    /// Units of Regulation (EU) 2024/3012 are whole tonnes (Art. 12(4)); only the fractional `CRU` is finer.
    function _requireSoundTerms(MethodologyTerms calldata terms) private pure {
        uint32 granularityKg = terms.granularityKg;
        bool mayBeFraction = terms.unitType == UnitType.CRU;
        if (granularityKg == 0 || (!mayBeFraction && granularityKg % KG_PER_TONNE != 0)) {
            revert MethodologyRegistryInvalidGranularity(terms.unitType, granularityKg);
        }
        if (terms.bufferRateBps >= WHOLE_BPS) revert MethodologyRegistryInvalidBufferRate(terms.bufferRateBps);
        if (terms.projectTypes == 0 || terms.projectTypes > EVERY_PROJECT_TYPE) {
            revert MethodologyRegistryInvalidProjectTypes(terms.projectTypes);
        }
        if (!_mayExpire(terms.unitType, terms.expires)) {
            revert MethodologyRegistryInvalidExpiry(terms.unitType, terms.expires);
        }
        if (terms.durabilityYears == 0 || terms.durabilityYears > MAX_DURABILITY_YEARS) {
            revert MethodologyRegistryInvalidDurability(terms.durabilityYears);
        }
    }

    /// Temporary storage and soil units end with their monitoring, permanent removals and reductions do not.
    function _mayExpire(UnitType unitType, bool expires) private pure returns (bool) {
        bool isTemporary = unitType == UnitType.CFS || unitType == UnitType.CSP;
        return unitType == UnitType.CRU || expires == isTemporary;
    }

    function _storage() private pure returns (MethodologyRegistryStorage storage $) {
        assembly {
            $.slot := STORAGE
        }
    }
}
