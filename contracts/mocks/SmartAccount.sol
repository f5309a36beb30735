// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {IERC721Receiver} from "@openzeppelin/contracts/token/ERC721/IERC721Receiver.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";

/// @title An account that is a contract, with one owner, and sound or not: for tests of ERC-1271
contract SmartAccount is IERC1271, IERC721Receiver {
    enum Behaviour {
        Sound,
        AcceptAnything,
        Refuse,
        WrongWord,
        BurnGas,
        LongAnswer
    }

    address private immutable OWNER;
    Behaviour private _behaviour;

    constructor(address owner) {
        OWNER = owner;
    }

    function behave(Behaviour behaviour) external {
        _behaviour = behaviour;
    }

    /// @notice Makes a call as this account.
    function perform(address target, bytes calldata data) external returns (bytes memory) {
        (bool success, bytes memory returned) = target.call(data);
        require(success, "the call failed");
        return returned;
    }

    function isValidSignature(bytes32 hash, bytes calldata signature) external view returns (bytes4) {
        if (_behaviour == Behaviour.Refuse) revert("no");
        if (_behaviour == Behaviour.WrongWord) return 0x00c0ffee;
        if (_behaviour == Behaviour.BurnGas) {
            while (true) {}
        }
        if (_behaviour == Behaviour.LongAnswer) {
            assembly {
                revert(0, 1000000)
            }
        }
        bool accepts = _behaviour == Behaviour.AcceptAnything || ECDSA.recover(hash, signature) == OWNER;
        return accepts ? this.isValidSignature.selector : bytes4(0);
    }

    function onERC721Received(address, address, uint256, bytes calldata) external pure returns (bytes4) {
        return this.onERC721Received.selector;
    }
}
