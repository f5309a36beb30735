// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {UnitStatus} from "../interfaces/ICRU.sol";
import {UnitType} from "../interfaces/IMethodologyRegistry.sol";

/// @notice What is kept of a block of units, in one storage slot that is read and written as a whole. From the low end:
/// `owner (160 bits) | status (8) | retirement reason (8) | ended at, UNIX seconds (48) | unit type (8) | expires (8) |
/// approved (8)`. The last says that an approval has to be cleared when the block moves.
type Block is uint256;

using {
    owner,
    status,
    reason,
    endedAt,
    unitType,
    expires,
    isApproved,
    exists,
    withOwner,
    withStatus,
    withReason,
    endedNow,
    approved
} for Block global;

uint256 constant APPROVED = 1 << 240;
uint256 constant OWNER = type(uint160).max;

/// @notice A block without an owner: it is about to be minted.
function newBlock(UnitStatus status_, UnitType unitType_, bool expires_) pure returns (Block) {
    return Block.wrap(uint256(status_) << 160 | uint256(unitType_) << 224 | uint256(expires_ ? 1 : 0) << 232);
}

function owner(Block block_) pure returns (address) {
    return address(uint160(Block.unwrap(block_)));
}

function exists(Block block_) pure returns (bool) {
    return owner(block_) != address(0);
}

function status(Block block_) pure returns (UnitStatus) {
    return UnitStatus(uint8(Block.unwrap(block_) >> 160));
}

function reason(Block block_) pure returns (uint8) {
    return uint8(Block.unwrap(block_) >> 168);
}

function endedAt(Block block_) pure returns (uint48) {
    return uint48(Block.unwrap(block_) >> 176);
}

function unitType(Block block_) pure returns (UnitType) {
    return UnitType(uint8(Block.unwrap(block_) >> 224));
}

function expires(Block block_) pure returns (bool) {
    return uint8(Block.unwrap(block_) >> 232) != 0;
}

function isApproved(Block block_) pure returns (bool) {
    return Block.unwrap(block_) & APPROVED != 0;
}

function withOwner(Block block_, address owner_) pure returns (Block) {
    return Block.wrap(Block.unwrap(block_) & ~OWNER | uint160(owner_));
}

function withStatus(Block block_, UnitStatus status_) pure returns (Block) {
    return Block.wrap(Block.unwrap(block_) & ~(uint256(0xff) << 160) | uint256(status_) << 160);
}

/// @param reason_ of a block that has none yet
function withReason(Block block_, uint8 reason_) pure returns (Block) {
    return Block.wrap(Block.unwrap(block_) | uint256(reason_) << 168);
}

/// @dev The block has not ended before.
function endedNow(Block block_) view returns (Block) {
    return Block.wrap(Block.unwrap(block_) | uint256(uint48(block.timestamp)) << 176);
}

function approved(Block block_, bool isApproved_) pure returns (Block) {
    uint256 word = Block.unwrap(block_);
    return Block.wrap(isApproved_ ? word | APPROVED : word & ~APPROVED);
}
