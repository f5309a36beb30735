// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {CancellationReason, ICRU, Unit, UnitStatus} from "./interfaces/ICRU.sol";
import {IMRVRegistry, IssuanceTerms, ReportStatus} from "./interfaces/IMRVRegistry.sol";
import {
    CoverageSource,
    IReversalRegistry,
    Portion,
    Reversal,
    UnitIntegrity
} from "./interfaces/IReversalRegistry.sol";
import {RegistryModule} from "./RegistryModule.sol";

/// @title Reversals, and the units that make up for them (OGCR 6.2.4)
contract ReversalRegistry is RegistryModule, ReentrancyGuardTransient, IReversalRegistry {
    /// @param kg of the block that the reversal hit
    struct Mark {
        UnitIntegrity integrity;
        uint64 kg;
    }

    /// @param hitKg of a block, by all reversals
    /// @param compensatedKg of those that are made up for
    struct Hits {
        uint64 hitKg;
        uint64 compensatedKg;
    }

    /// @param reversedKg due for every reversal of a report so far
    /// @custom:storage-location erc7201:ogcr.storage.ReversalRegistry
    struct ReversalRegistryStorage {
        IMRVRegistry reports;
        ICRU units;
        mapping(bytes32 reversalId => Reversal) reversals;
        mapping(bytes14 reportId => uint64) reversedKg;
        mapping(uint256 tokenId => Hits) hits;
        mapping(uint256 tokenId => mapping(bytes32 reversalId => Mark)) marks;
    }

    // keccak256(abi.encode(uint256(keccak256("ogcr.storage.ReversalRegistry")) - 1)) & ~bytes32(uint256(0xff))
    bytes32 private constant STORAGE = 0x661b5017d3fcdea7fa5a5e7595a737cc7a5d4e1c45fe735633ec9f61bda96700;

    uint256 private constant URI_LIMIT = 512;

    /// @custom:oz-upgrades-unsafe-allow constructor
    constructor(address trustedForwarder) RegistryModule(trustedForwarder) {}

    /// @param authority_ the registry's `RegistryAccessControl`
    /// @param reports_ the registry's `MRVRegistry`
    /// @param units_ the registry's `CRU`, which lets this contract cancel
    function initialize(address authority_, address reports_, address units_) external initializer {
        if (reports_ == address(0) || units_ == address(0)) revert ReversalRegistryZeroAddress();
        __RegistryModule_init(authority_);
        _storage().reports = IMRVRegistry(reports_);
        _storage().units = ICRU(units_);
    }

    /// @inheritdoc IReversalRegistry
    function recordReversal(
        bytes14 reportId,
        uint64 kg,
        bool avoidable,
        bytes32 evidenceHash,
        string calldata uri,
        Portion[] calldata buffer,
        Portion[] calldata live
    ) external restricted whenNotPaused nonReentrant returns (bytes32 reversalId) {
        if (kg == 0) revert ReversalRegistryZeroAmount();
        if (evidenceHash == 0) revert ReversalRegistryZeroHash();
        if (bytes(uri).length > URI_LIMIT) revert ReversalRegistryTextTooLong(bytes(uri).length, URI_LIMIT);
        reversalId = reversalIdOf(reportId, evidenceHash);
        if (_storage().reversals[reversalId].recordedAt != 0) revert ReversalRegistryAlreadyRecorded(reversalId);

        _record(reversalId, reportId, kg, avoidable, evidenceHash);
        _announce(reversalId, uri);
        _drawOnBuffer(reversalId, buffer);
        _drawOnLive(reversalId, live);
        uint64 leftKg = outstandingKg(reversalId);
        if (leftKg != 0) {
            bytes32 projectId = _storage().reversals[reversalId].projectId;
            _storage().units.setDeficit(projectId, _storage().units.deficitKg(projectId) + leftKg);
        }
    }

    /// @inheritdoc IReversalRegistry
    function drawOnLiable(bytes32 reversalId, Portion[] calldata live) external restricted whenNotPaused nonReentrant {
        _requireCoverable(reversalId, live);
        _reduceDeficit(reversalId, _drawOnLive(reversalId, live));
    }

    /// @inheritdoc IReversalRegistry
    function compensate(bytes32 reversalId, Portion[] calldata portions)
        external
        restricted
        whenNotPaused
        nonReentrant
    {
        _requireCoverable(reversalId, portions);
        uint64 sumKg;
        for (uint256 i; i < portions.length; ++i) {
            uint256 tokenId = portions[i].tokenId;
            Unit memory unit = _storage().units.unit(tokenId);
            _requireMayDispose(tokenId, unit.owner);
            _requireSameType(tokenId, unit, reversalId);
            _cover(reversalId, portions[i], unit.owner, CoverageSource.Compensation);
            sumKg += portions[i].kg;
        }
        _reduceDeficit(reversalId, sumKg);
    }

    /// @inheritdoc IReversalRegistry
    function markImpaired(bytes32 reversalId, Portion[] calldata portions)
        external
        restricted
        whenNotPaused
        nonReentrant
    {
        Reversal storage record = _recorded(reversalId);
        if (portions.length == 0) revert ReversalRegistryEmptyBatch();
        uint32 granularityKg = _storage().reports.issuanceTerms(record.reportId).granularityKg;
        for (uint256 i; i < portions.length; ++i) {
            (uint256 tokenId, uint64 kg) = (portions[i].tokenId, portions[i].kg);
            if (kg == 0) revert ReversalRegistryZeroAmount();
            if (kg % granularityKg != 0) revert ReversalRegistryNotMultipleOfGranularity(kg, granularityKg);
            _requireHittable(tokenId, kg, record.reportId);
            _mark(reversalId, record, tokenId, kg);
        }
    }

    /// @inheritdoc IReversalRegistry
    function markCompensated(bytes32 reversalId, uint256[] calldata tokenIds)
        external
        restricted
        whenNotPaused
        nonReentrant
    {
        _recorded(reversalId);
        if (tokenIds.length == 0) revert ReversalRegistryEmptyBatch();
        uint64 leftKg = outstandingKg(reversalId);
        if (leftKg != 0) revert ReversalRegistryNotCovered(reversalId, leftKg);
        for (uint256 i; i < tokenIds.length; ++i) {
            Mark storage mark = _storage().marks[tokenIds[i]][reversalId];
            _requireIntegrity(tokenIds[i], mark, UnitIntegrity.Impaired);
            mark.integrity = UnitIntegrity.Compensated;
            _storage().hits[tokenIds[i]].compensatedKg += mark.kg;
            emit UnitCompensated(tokenIds[i], reversalId, _msgSender());
        }
    }

    /// @inheritdoc IReversalRegistry
    function reversal(bytes32 reversalId) external view returns (Reversal memory) {
        return _storage().reversals[reversalId];
    }

    /// @inheritdoc IReversalRegistry
    function outstandingKg(bytes32 reversalId) public view returns (uint64) {
        Reversal storage record = _storage().reversals[reversalId];
        return record.dueKg - record.coveredKg;
    }

    /// @inheritdoc IReversalRegistry
    function integrityOf(uint256 tokenId)
        external
        view
        returns (UnitIntegrity integrity, uint64 hitKg, uint64 compensatedKg)
    {
        Hits memory hits = _storage().hits[tokenId];
        (hitKg, compensatedKg) = (hits.hitKg, hits.compensatedKg);
        if (hitKg > compensatedKg) integrity = UnitIntegrity.Impaired;
        else if (hitKg != 0) integrity = UnitIntegrity.Compensated;
    }

    /// @inheritdoc IReversalRegistry
    function markOf(uint256 tokenId, bytes32 reversalId) external view returns (UnitIntegrity integrity, uint64 kg) {
        Mark memory mark = _storage().marks[tokenId][reversalId];
        return (mark.integrity, mark.kg);
    }

    /// @inheritdoc IReversalRegistry
    function reversalIdOf(bytes14 reportId, bytes32 evidenceHash) public pure returns (bytes32) {
        return keccak256(abi.encode(reportId, evidenceHash));
    }

    function _record(bytes32 reversalId, bytes14 reportId, uint64 kg, bool avoidable, bytes32 evidenceHash) private {
        IssuanceTerms memory terms = _storage().reports.issuanceTerms(reportId);
        if (terms.status != ReportStatus.Verified && terms.status != ReportStatus.Archived) {
            revert ReversalRegistryNotVerified(reportId, terms.status);
        }
        uint64 dueKg = _takeReversible(reportId, kg, terms.granularityKg);
        _storage().reversals[reversalId] = Reversal({
            reportId: reportId,
            projectId: terms.projectId,
            liable: terms.developer,
            unitType: terms.unitType,
            kg: kg,
            dueKg: dueKg,
            coveredKg: 0,
            impairedKg: 0,
            avoidable: avoidable,
            recordedAt: uint48(block.timestamp),
            evidenceHash: evidenceHash
        });
    }

    /// @return dueKg `kg` in whole granules, rounded up, as far as so much was issued and not reversed before
    function _takeReversible(bytes14 reportId, uint64 kg, uint32 granularityKg) private returns (uint64 dueKg) {
        uint256 wholeKg = Math.ceilDiv(kg, granularityKg) * granularityKg;
        dueKg = uint64(Math.min(wholeKg, type(uint64).max));
        uint64 issuedKg = _storage().units.supplyOfReport(reportId).issuedKg;
        uint64 reversibleKg = issuedKg - _storage().reversedKg[reportId];
        if (wholeKg > reversibleKg) revert ReversalRegistryExceedsIssued(reportId, dueKg, reversibleKg);
        _storage().reversedKg[reportId] += dueKg;
    }

    function _announce(bytes32 reversalId, string calldata uri) private {
        Reversal memory record = _storage().reversals[reversalId];
        emit ReversalRecorded(
            reversalId,
            record.reportId,
            record.projectId,
            record.liable,
            _msgSender(),
            record.unitType,
            record.kg,
            record.dueKg,
            record.avoidable,
            record.evidenceHash,
            uri
        );
    }

    function _drawOnBuffer(bytes32 reversalId, Portion[] calldata buffer) private {
        ICRU units = _storage().units;
        Reversal storage record = _storage().reversals[reversalId];
        uint256 bufferKg = units.supplyOfProject(record.projectId).bufferKg;
        uint64 expectedKg = uint64(Math.min(record.dueKg, bufferKg));
        uint64 drawnKg = _sumOf(buffer);
        if (drawnKg != expectedKg) revert ReversalRegistryBufferFirst(reversalId, drawnKg, expectedKg);
        // The call is to the registry's own contract, which calls nobody, and every way in here is guarded.
        // slither-disable-start reentrancy-no-eth
        for (uint256 i; i < buffer.length; ++i) {
            _requireBufferOf(record, buffer[i].tokenId);
            _cover(reversalId, buffer[i], address(units), CoverageSource.Buffer);
        }
        // slither-disable-end reentrancy-no-eth
    }

    function _drawOnLive(bytes32 reversalId, Portion[] calldata live) private returns (uint64 sumKg) {
        address liable = _storage().reversals[reversalId].liable;
        // As above.
        // slither-disable-start reentrancy-no-eth
        for (uint256 i; i < live.length; ++i) {
            uint256 tokenId = live[i].tokenId;
            Unit memory unit = _storage().units.unit(tokenId);
            if (unit.owner != liable) revert ReversalRegistryNotLiable(tokenId, unit.owner, liable);
            _requireSameType(tokenId, unit, reversalId);
            _cover(reversalId, live[i], liable, CoverageSource.LiableAccount);
            sumKg += live[i].kg;
        }
        // slither-disable-end reentrancy-no-eth
    }

    /// No other line covers anything.
    function _cover(bytes32 reversalId, Portion calldata portion, address from, CoverageSource source) private {
        if (portion.kg == 0) revert ReversalRegistryZeroAmount();
        uint64 leftKg = outstandingKg(reversalId);
        if (portion.kg > leftKg) revert ReversalRegistryExceedsDue(reversalId, portion.kg, leftKg);
        address actor = _msgSender();
        CancellationReason reason = source == CoverageSource.Compensation
            ? CancellationReason.Compensation
            : CancellationReason.Reversal;

        uint64 coveredKg = _storage().reversals[reversalId].coveredKg += portion.kg;
        uint256 cancelledId =
            _storage().units.cancelForReversal(portion.tokenId, portion.kg, from, actor, reason, reversalId);
        emit ReversalCovered(reversalId, cancelledId, source, actor, portion.kg, coveredKg);
    }

    function _reduceDeficit(bytes32 reversalId, uint64 kg) private {
        ICRU units = _storage().units;
        bytes32 projectId = _storage().reversals[reversalId].projectId;
        units.setDeficit(projectId, units.deficitKg(projectId) - kg);
    }

    function _mark(bytes32 reversalId, Reversal storage record, uint256 tokenId, uint64 kg) private {
        Mark storage mark = _storage().marks[tokenId][reversalId];
        _requireIntegrity(tokenId, mark, UnitIntegrity.Sound);
        uint64 unmarkedKg = record.dueKg - record.impairedKg;
        if (kg > unmarkedKg) revert ReversalRegistryExceedsDue(reversalId, kg, unmarkedKg);

        (mark.integrity, mark.kg) = (UnitIntegrity.Impaired, kg);
        record.impairedKg += kg;
        _storage().hits[tokenId].hitKg += kg;
        emit UnitImpaired(tokenId, reversalId, _msgSender(), kg);
    }

    function _recorded(bytes32 reversalId) private view returns (Reversal storage record) {
        record = _storage().reversals[reversalId];
        if (record.recordedAt == 0) revert ReversalRegistryUnknownReversal(reversalId);
    }

    function _requireCoverable(bytes32 reversalId, Portion[] calldata portions) private view {
        _recorded(reversalId);
        if (portions.length == 0) revert ReversalRegistryEmptyBatch();
    }

    function _requireBufferOf(Reversal storage record, uint256 tokenId) private view {
        Unit memory unit = _storage().units.unit(tokenId);
        if (unit.status != UnitStatus.Buffer) revert ReversalRegistryNotOfBuffer(tokenId, unit.status);
        bytes32 projectId = record.projectId;
        if (unit.reportId == record.reportId) return;
        if (_storage().reports.issuanceTerms(unit.reportId).projectId != projectId) {
            revert ReversalRegistryNotOfProject(tokenId, projectId);
        }
    }

    function _requireSameType(uint256 tokenId, Unit memory unit, bytes32 reversalId) private view {
        Reversal storage record = _storage().reversals[reversalId];
        if (unit.unitType != record.unitType) {
            revert ReversalRegistryNotSameType(tokenId, unit.unitType, record.unitType);
        }
    }

    /// The units contract lets this one cancel whatever it names: whether the caller may is seen here.
    function _requireMayDispose(uint256 tokenId, address owner) private view {
        IERC721 tokens = IERC721(address(_storage().units));
        address caller = _msgSender();
        bool isAuthorized =
            caller == owner || tokens.isApprovedForAll(owner, caller) || tokens.getApproved(tokenId) == caller;
        if (!isAuthorized) revert ReversalRegistryNotAuthorized(tokenId, caller);
    }

    function _requireHittable(uint256 tokenId, uint64 kg, bytes14 reportId) private view {
        Unit memory unit = _storage().units.unit(tokenId);
        if (unit.reportId != reportId) revert ReversalRegistryNotOfReport(tokenId, reportId);
        if (unit.status != UnitStatus.Retired) revert ReversalRegistryNotRetired(tokenId);
        uint64 soundKg = unit.quantityKg - _storage().hits[tokenId].hitKg;
        if (kg > soundKg) revert ReversalRegistryExceedsBlock(tokenId, kg, soundKg);
    }

    function _requireIntegrity(uint256 tokenId, Mark storage mark, UnitIntegrity expected) private view {
        if (mark.integrity != expected) revert ReversalRegistryUnexpectedIntegrity(tokenId, mark.integrity);
    }

    /// @dev Saturates: more than 64 bits hold is refused by whoever asks for the sum.
    function _sumOf(Portion[] calldata portions) private pure returns (uint64) {
        uint256 sumKg;
        for (uint256 i; i < portions.length; ++i) {
            sumKg += portions[i].kg;
        }
        return uint64(Math.min(sumKg, type(uint64).max));
    }

    function _storage() private pure returns (ReversalRegistryStorage storage $) {
        assembly {
            $.slot := STORAGE
        }
    }
}
