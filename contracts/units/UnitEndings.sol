// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {ShortString, ShortStrings} from "@openzeppelin/contracts/utils/ShortStrings.sol";
import {Cancellation, CancellationReason, ICRU, Retirement, RetirementReason, UnitStatus} from "../interfaces/ICRU.sol";
import {Block} from "../libraries/Block.sol";
import {Identifiers} from "../libraries/Identifiers.sol";
import {UnitId} from "../libraries/UnitId.sol";
import {UnitSupply} from "./UnitSupply.sol";

/// @title How units end: retired, cancelled, expired or exported, each for good
abstract contract UnitEndings is UnitSupply {
    uint256 private constant PURPOSE_LIMIT = 200;

    /// @inheritdoc ICRU
    function retire(uint256 tokenId, uint64 kg, Retirement calldata retirement) external returns (uint256 retiredId) {
        _requireSound(retirement);
        address actor = _msgSender();
        Block block_ = _requireDisposable(tokenId, actor);
        retiredId = _cut(tokenId, kg, block_);
        _retire(retiredId, block_, actor, retirement);
    }

    /// @inheritdoc ICRU
    function retireBatch(uint256[] calldata tokenIds, Retirement calldata retirement) external {
        _requireOneType(tokenIds);
        _requireSound(retirement);
        address actor = _msgSender();
        for (uint256 i; i < tokenIds.length; ++i) {
            Block block_ = _requireDisposable(tokenIds[i], actor);
            _retire(tokenIds[i], block_, actor, retirement);
        }
    }

    /// @inheritdoc ICRU
    function cancel(uint256 tokenId, uint64 kg, Cancellation calldata cancellation)
        external
        whenNotPaused
        returns (uint256 cancelledId)
    {
        _requireSound(cancellation, CancellationReason.Voluntary, CancellationReason.Other);
        address actor = _msgSender();
        Block block_ = _requireDisposable(tokenId, actor);
        cancelledId = _cut(tokenId, kg, block_);
        _cancel(cancelledId, block_, actor, cancellation);
    }

    /// @inheritdoc ICRU
    function cancelSuspended(uint256 tokenId, uint64 kg, Cancellation calldata cancellation)
        external
        authorized
        whenNotPaused
        returns (uint256 cancelledId)
    {
        _requireSound(cancellation, CancellationReason.ErroneousIssuance, CancellationReason.Fraud);
        Block block_ = _liveBlock(tokenId);
        if (!isSuspended(block_.owner())) revert CRUAccountNotSuspended(block_.owner());
        cancelledId = _cut(tokenId, kg, block_);
        _cancel(cancelledId, block_, _msgSender(), cancellation);
    }

    /// @inheritdoc ICRU
    function cancelForReversal(
        uint256 tokenId,
        uint64 kg,
        address from,
        address actor,
        CancellationReason reason,
        bytes32 reversalId
    ) external authorized whenNotPaused returns (uint256 cancelledId) {
        if (reason < CancellationReason.Reversal) revert CRUInvalidReason(uint8(reason));
        Block block_ = _existingBlock(tokenId);
        if (block_.owner() != from) revert ERC721IncorrectOwner(from, tokenId, block_.owner());
        if (from != address(this)) _requireLive(tokenId, block_);
        _requireNotExpired(tokenId, block_);
        if (reason == CancellationReason.Compensation) {
            _requireNotSuspended(from);
            _requireNotSuspended(actor);
        }
        cancelledId = _cut(tokenId, kg, block_);
        _cancel(cancelledId, block_, actor, Cancellation(reason, reversalId, "reversal"));
    }

    /// @inheritdoc ICRU
    function expire(uint256 tokenId) external whenNotPaused {
        _expire(tokenId);
    }

    /// @inheritdoc ICRU
    function expireBatch(uint256[] calldata tokenIds) external whenNotPaused {
        _requireOneType(tokenIds);
        for (uint256 i; i < tokenIds.length; ++i) {
            _expire(tokenIds[i]);
        }
    }

    /// @inheritdoc ICRU
    function lockForExport(uint256 tokenId, uint64 kg, address actor)
        external
        authorized
        whenNotPaused
        returns (uint256 lockedId)
    {
        Block block_ = _requireDisposable(tokenId, actor);
        lockedId = _cut(tokenId, kg, block_);
        _setExportStatus(lockedId, block_, UnitStatus.Locked);
    }

    /// @inheritdoc ICRU
    function unlock(uint256 tokenId) external authorized whenNotPaused {
        _setExportStatus(tokenId, _lockedBlock(tokenId), UnitStatus.Held);
    }

    /// @inheritdoc ICRU
    function endExported(uint256 tokenId) external authorized whenNotPaused {
        Block block_ = _lockedBlock(tokenId);
        _requireNotExpired(tokenId, block_);
        _requireNotSuspended(block_.owner());

        _setExportStatus(tokenId, block_, UnitStatus.Exported);
    }

    /// @inheritdoc ICRU
    function addRetirementReason(uint8 code, string calldata label) external authorized {
        if (!Identifiers.isLabel(label)) revert CRUInvalidLabel(label);
        if (_isReason(code) || code == 0) revert CRUReasonTaken(code);

        _storage().retirementReasons[code] = ShortStrings.toShortString(label);
        emit RetirementReasonAdded(code, _msgSender(), label);
    }

    /// @inheritdoc ICRU
    function retirementReason(uint8 code) public view returns (string memory) {
        return ShortStrings.toString(_storage().retirementReasons[code]);
    }

    function _retire(uint256 tokenId, Block block_, address actor, Retirement calldata retirement) private {
        emit CRURetired(
            tokenId,
            block_.owner(),
            retirement.reason,
            actor,
            UnitId.wrap(tokenId).quantityKg(),
            retirement.beneficiary,
            retirement.purpose,
            retirement.claimStartDay,
            retirement.claimEndDay
        );
        _change(tokenId, block_, block_.withStatus(UnitStatus.Retired).withReason(retirement.reason));
    }

    function _cancel(uint256 tokenId, Block block_, address actor, Cancellation memory cancellation) private {
        emit CRUCancelled(
            tokenId,
            block_.owner(),
            cancellation.reason,
            actor,
            UnitId.wrap(tokenId).quantityKg(),
            cancellation.beneficiary,
            cancellation.purpose
        );
        _change(tokenId, block_, block_.withStatus(UnitStatus.Cancelled));
    }

    /// @dev A block that waits for the end of an export expires like any other.
    function _expire(uint256 tokenId) private {
        Block block_ = _existingBlock(tokenId);
        if (!block_.expires()) revert CRUNeverExpires(tokenId);
        if (block_.endedAt() != 0) revert CRUUnexpectedStatus(tokenId, block_.status());
        uint16 endDay = _stateOf(tokenId).monitoringEndDay();
        if (!_isOver(endDay)) revert CRUUnitNotExpired(tokenId, endDay);

        emit CRUExpired(tokenId, block_.owner(), _msgSender(), UnitId.wrap(tokenId).quantityKg());
        _change(tokenId, block_, block_.withStatus(UnitStatus.Expired));
    }

    function _setExportStatus(uint256 tokenId, Block block_, UnitStatus status) private {
        emit ExportStatusChanged(tokenId, block_.owner(), status);
        _change(tokenId, block_, block_.withStatus(status));
    }

    function _lockedBlock(uint256 tokenId) private view returns (Block block_) {
        block_ = _existingBlock(tokenId);
        if (block_.status() != UnitStatus.Locked) revert CRUUnexpectedStatus(tokenId, block_.status());
    }

    function _requireSound(Retirement calldata retirement) private view {
        if (!_isReason(retirement.reason)) revert CRUInvalidReason(retirement.reason);
        _requireWithin(retirement.purpose, PURPOSE_LIMIT);
        (uint16 start, uint16 end) = (retirement.claimStartDay, retirement.claimEndDay);
        if (start > end || (start == 0 && end != 0)) revert CRUInvalidClaimPeriod(start, end);
    }

    /// @param either a reason that the caller may give
    /// @param other likewise
    function _requireSound(Cancellation calldata cancellation, CancellationReason either, CancellationReason other)
        private
        pure
    {
        CancellationReason reason = cancellation.reason;
        if (reason != either && reason != other) revert CRUInvalidReason(uint8(reason));
        if (cancellation.beneficiary == 0) revert CRUBeneficiaryRequired();
        if (bytes(cancellation.purpose).length == 0) revert CRUPurposeRequired();
        _requireWithin(cancellation.purpose, PURPOSE_LIMIT);
    }

    function _isReason(uint8 code) private view returns (bool) {
        if (code <= uint8(type(RetirementReason).max)) return code != 0;
        return ShortString.unwrap(_storage().retirementReasons[code]) != 0;
    }
}
