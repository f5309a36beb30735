// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {UnitStatus} from "contracts/interfaces/ICRU.sol";
import {UnitType} from "contracts/interfaces/IMethodologyRegistry.sol";
import {Block, newBlock} from "contracts/libraries/Block.sol";

/// @notice For every block that can be written: each member reads back, and a change of one leaves the others alone.
contract BlockProof {
    function check_readsBackWhatItWasMadeOf(uint8 status, uint8 unitType, bool expires, address owner) external pure {
        if (status > uint8(type(UnitStatus).max) || unitType > uint8(type(UnitType).max)) return;
        Block made = newBlock(UnitStatus(status), UnitType(unitType), expires);
        assert(!made.exists() && !made.isApproved() && made.reason() == 0 && made.endedAt() == 0);
        Block block_ = made.withOwner(owner);
        assert(block_.owner() == owner && block_.exists() == (owner != address(0)));
        assert(uint8(block_.status()) == status && uint8(block_.unitType()) == unitType);
        assert(block_.expires() == expires);
    }

    function check_keepsEverythingElseWhenTheOwnerChanges(uint256 word, address owner) external pure {
        if (!_isBlock(word)) return;
        _requireSame(word, Block.unwrap(Block.wrap(word).withOwner(owner)), type(uint160).max);
        assert(Block.wrap(word).withOwner(owner).owner() == owner);
    }

    function check_keepsEverythingElseWhenTheStatusChanges(uint256 word, uint8 status) external pure {
        if (!_isBlock(word) || status > uint8(type(UnitStatus).max)) return;
        Block changed = Block.wrap(word).withStatus(UnitStatus(status));
        _requireSame(word, Block.unwrap(changed), uint256(0xff) << 160);
        assert(uint8(changed.status()) == status);
    }

    function check_keepsEverythingElseWhenAnApprovalChanges(uint256 word, bool isApproved) external pure {
        if (!_isBlock(word)) return;
        Block changed = Block.wrap(word).approved(isApproved);
        _requireSame(word, Block.unwrap(changed), uint256(0xff) << 240);
        assert(changed.isApproved() == isApproved);
    }

    function check_keepsReasonAndTimeOfTheEnd(uint256 word, uint8 reason) external view {
        if (!_isBlock(word) || Block.wrap(word).reason() != 0 || Block.wrap(word).endedAt() != 0) return;
        Block ended = Block.wrap(word).withReason(reason).endedNow();
        _requireSame(word, Block.unwrap(ended), uint256(type(uint56).max) << 168);
        assert(ended.reason() == reason && ended.endedAt() == uint48(block.timestamp));
    }

    function _isBlock(uint256 word) private pure returns (bool) {
        return uint8(word >> 160) <= uint8(type(UnitStatus).max) && uint8(word >> 224) <= uint8(type(UnitType).max)
            && uint8(word >> 232) <= 1 && word >> 240 <= 1;
    }

    function _requireSame(uint256 one, uint256 other, uint256 besides) private pure {
        assert(one & ~besides == other & ~besides);
    }
}
