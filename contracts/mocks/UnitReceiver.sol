// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {IERC721Receiver} from "@openzeppelin/contracts/token/ERC721/IERC721Receiver.sol";

/// @notice Receives tokens as it is told to, and calls back whom it is told to.
contract UnitReceiver is IERC721Receiver {
    enum Answer {
        Accept,
        WrongValue,
        CustomError,
        Nothing,
        Panic
    }

    event Received(address operator, address from, uint256 tokenId, bytes data);
    event CalledBack(bool success, bytes returned);

    error ReceiverRefuses(uint256 tokenId);

    Answer private _answer;
    address private _target;
    bytes private _call;

    function setAnswer(Answer answer) external {
        _answer = answer;
    }

    /// @notice At the next token that arrives, this call is made, once.
    function setCall(address target, bytes calldata call_) external {
        (_target, _call) = (target, call_);
    }

    function onERC721Received(address operator, address from, uint256 tokenId, bytes calldata data)
        external
        returns (bytes4)
    {
        emit Received(operator, from, tokenId, data);
        if (_target != address(0)) _callBack();
        if (_answer == Answer.WrongValue) return 0x00c0ffee;
        if (_answer == Answer.CustomError) revert ReceiverRefuses(tokenId);
        if (_answer == Answer.Nothing) revert();
        if (_answer == Answer.Panic) assert(false);
        return this.onERC721Received.selector;
    }

    function _callBack() private {
        address target = _target;
        _target = address(0);
        (bool success, bytes memory returned) = target.call(_call);
        emit CalledBack(success, returned);
    }
}
