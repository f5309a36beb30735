// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {ICRU, ImportedUnits, UnitStatus} from "./interfaces/ICRU.sol";
import {UnitType} from "./interfaces/IMethodologyRegistry.sol";
import {Export, ExportStatus, Import, IUnitExchange} from "./interfaces/IUnitExchange.sol";
import {CalendarDays} from "./libraries/CalendarDays.sol";
import {Identifiers} from "./libraries/Identifiers.sol";
import {Origin} from "./libraries/Origin.sol";
import {Roles} from "./libraries/Roles.sol";
import {RegistryModule} from "./RegistryModule.sol";

/// @title Export to and import from other registries (OGCR 2.3, 6.2.3)
contract UnitExchange is RegistryModule, ReentrancyGuardTransient, IUnitExchange {
    /// @custom:storage-location erc7201:ogcr.storage.UnitExchange
    struct UnitExchangeStorage {
        ICRU units;
        mapping(uint256 tokenId => Export) exports;
        mapping(bytes14 reportId => bool) imported;
    }

    // keccak256(abi.encode(uint256(keccak256("ogcr.storage.UnitExchange")) - 1)) & ~bytes32(uint256(0xff))
    bytes32 private constant STORAGE = 0xd95dd160c5e917173dae33afc803996bd06793452ff8624f2a9513a79a933800;

    uint256 private constant ACCOUNT_LIMIT = 200;
    uint256 private constant REASON_LIMIT = 500;
    uint256 private constant URI_LIMIT = 512;
    uint256 private constant TONNE = 1000;
    uint256 private constant FIRST_YEAR = 1970;

    /// @custom:oz-upgrades-unsafe-allow constructor
    constructor(address trustedForwarder) RegistryModule(trustedForwarder) {}

    /// @param authority_ the registry's `RegistryAccessControl`
    /// @param units_ the registry's `CRU`, which lets this contract lock, end and create
    function initialize(address authority_, address units_) external initializer {
        if (units_ == address(0)) revert UnitExchangeZeroAddress();
        __RegistryModule_init(authority_);
        _storage().units = ICRU(units_);
    }

    /// @inheritdoc IUnitExchange
    function startExport(
        uint256 tokenId,
        uint64 kg,
        string calldata targetRegistry,
        string calldata targetAccount
    ) external restricted whenNotPaused nonReentrant returns (uint256 lockedId) {
        if (kg == 0) revert UnitExchangeZeroAmount();
        _requireRegistry(targetRegistry);
        _requireWithin(targetAccount, ACCOUNT_LIMIT);

        address actor = _msgSender();
        lockedId = _storage().units.lockForExport(tokenId, kg, actor);
        address owner = _storage().units.unit(lockedId).owner;
        _storage().exports[lockedId] =
            Export(ExportStatus.Started, owner, uint48(block.timestamp), targetRegistry, targetAccount);
        emit ExportStarted(lockedId, owner, actor, kg, targetRegistry, targetAccount);
    }

    /// @inheritdoc IUnitExchange
    function abortExport(uint256 tokenId, string calldata reason) external restricted whenNotPaused nonReentrant {
        Export storage export_ = _started(tokenId);
        address caller = _msgSender();
        if (caller != export_.owner && !_holdsRole(Roles.REGISTRY_OPERATOR, caller)) {
            revert UnitExchangeNotOwnerOrOperator(tokenId, caller);
        }
        _requireWithin(reason, REASON_LIMIT);

        _change(export_, ExportStatus.Aborted);
        // A block that was expired while it was locked has its end already.
        ICRU units = _storage().units;
        if (units.unit(tokenId).status == UnitStatus.Locked) units.unlock(tokenId);
        emit ExportAborted(tokenId, export_.owner, caller, reason);
    }

    /// @inheritdoc IUnitExchange
    function completeExport(uint256 tokenId, bytes32 evidenceHash, string calldata uri)
        external
        restricted
        whenNotPaused
        nonReentrant
    {
        Export storage export_ = _started(tokenId);
        if (evidenceHash == 0) revert UnitExchangeZeroHash();
        _requireWithin(uri, URI_LIMIT);

        _change(export_, ExportStatus.Completed);
        _storage().units.endExported(tokenId);
        emit ExportCompleted(tokenId, export_.owner, _msgSender(), evidenceHash, uri);
    }

    /// @inheritdoc IUnitExchange
    function importUnits(Import calldata units)
        external
        restricted
        whenNotPaused
        nonReentrant
        returns (uint256 tokenId)
    {
        _requireSound(units);
        _requireTerms(units);
        bytes14 reportId = Origin.reportIdOf(units.originRegistry, units.originKey);
        if (_storage().imported[reportId]) revert UnitExchangeAlreadyImported(reportId);

        _storage().imported[reportId] = true;
        tokenId = _storage().units.issueImported(_imported(reportId, units));
        _announce(tokenId, reportId, units);
    }

    /// @inheritdoc IUnitExchange
    function exportOf(uint256 tokenId) external view returns (Export memory) {
        return _storage().exports[tokenId];
    }

    /// @inheritdoc IUnitExchange
    function importOf(string calldata originRegistry, string calldata originKey)
        external
        view
        returns (bytes14 reportId, bool isImported)
    {
        reportId = Origin.reportIdOf(originRegistry, originKey);
        isImported = _storage().imported[reportId];
    }

    function _change(Export storage export_, ExportStatus status) private {
        (export_.status, export_.changedAt) = (status, uint48(block.timestamp));
    }

    function _announce(uint256 tokenId, bytes14 reportId, Import calldata units) private {
        emit UnitsImported(
            tokenId,
            reportId,
            units.to,
            _msgSender(),
            units.originRegistry,
            units.originKey,
            units.originProject,
            units.granularityKg,
            units.evidenceHash,
            units.uri
        );
    }

    function _started(uint256 tokenId) private view returns (Export storage export_) {
        export_ = _storage().exports[tokenId];
        if (export_.status != ExportStatus.Started) revert UnitExchangeUnexpectedStatus(tokenId, export_.status);
    }

    function _requireTerms(Import calldata units) private view {
        (UnitType unitType, bool expires) = (units.unitType, units.expires);
        uint32 granularityKg = units.granularityKg;
        bool isWhole = unitType == UnitType.CRU || granularityKg % TONNE == 0;
        if (granularityKg == 0 || !isWhole) revert UnitExchangeInvalidGranularity(unitType, granularityKg);
        bool mustExpire = unitType == UnitType.CFS || unitType == UnitType.CSP;
        if (unitType != UnitType.CRU && expires != mustExpire) revert UnitExchangeInvalidExpiry(unitType, expires);
        uint256 today = CalendarDays.today();
        if (expires && units.monitoringEndDay < today) revert UnitExchangeExpired(units.monitoringEndDay);
        if (units.vintage < FIRST_YEAR || units.vintage > CalendarDays.yearOf(today)) {
            revert UnitExchangeInvalidVintage(units.vintage);
        }
    }

    function _requireSound(Import calldata units) private pure {
        if (units.to == address(0)) revert UnitExchangeZeroAddress();
        if (units.kg == 0) revert UnitExchangeZeroAmount();
        if (units.evidenceHash == 0) revert UnitExchangeZeroHash();
        _requireRegistry(units.originRegistry);
        _requireKey(units.originKey);
        _requireKey(units.originProject);
        _requireWithin(units.uri, URI_LIMIT);
    }

    function _imported(bytes14 reportId, Import calldata units) private pure returns (ImportedUnits memory) {
        return ImportedUnits({
            reportId: reportId,
            projectId: Origin.projectIdOf(units.originRegistry, units.originProject),
            to: units.to,
            vintage: units.vintage,
            kg: units.kg,
            unitType: units.unitType,
            granularityKg: units.granularityKg,
            expires: units.expires,
            monitoringEndDay: units.monitoringEndDay
        });
    }

    /// The alphabet of methodology ids serves for registries: no two names look alike, none holds a space.
    function _requireRegistry(string calldata registry) private pure {
        if (!Identifiers.isMethodologyId(registry)) revert UnitExchangeInvalidRegistry(registry);
    }

    function _requireKey(string calldata key) private pure {
        if (!Origin.isKey(key)) revert UnitExchangeInvalidKey(key);
    }

    function _requireWithin(string calldata text, uint256 limit) private pure {
        if (bytes(text).length > limit) revert UnitExchangeTextTooLong(bytes(text).length, limit);
    }

    function _storage() private pure returns (UnitExchangeStorage storage $) {
        assembly {
            $.slot := STORAGE
        }
    }
}
