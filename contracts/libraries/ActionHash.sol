// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {IRegistryForwarder} from "../interfaces/IRegistryForwarder.sol";
import {ActionTypes} from "./ActionTypes.sol";

/// @title The EIP-712 hash of a call, read from its calldata
/// @notice Accepts the canonical ABI encoding alone: every offset points to where the last part ended, no bit lies outside
/// of its type, nothing follows. So what is hashed is what the called contract decodes, and no call has two encodings.
/// @dev A layout is one byte for the words of the head, then one for each argument, zero at the end:
/// 1 to 32 an unsigned number (20: an address) of so many bytes, 33 to 64 `bytes1` to `bytes32`, 65 `bool`, 66 `string` or
/// `bytes`, 67 an array of what the next byte says, 128 to 191 a struct in place, 192 to 255 a struct in the tail.
library ActionHash {
    uint256 private constant NUMBER = 32;
    uint256 private constant FIXED_BYTES = 64;
    uint256 private constant BOOL = 65;
    uint256 private constant TEXT = 66;
    uint256 private constant ARRAY = 67;
    uint256 private constant STATIC_STRUCT = 128;
    uint256 private constant DYNAMIC_STRUCT = 192;
    uint256 private constant PLACE = 63;

    /// @param data the call: selector and arguments
    /// @return `hashStruct` of the action's message
    function hash(
        bytes calldata data,
        address signer,
        address contractAddress,
        uint256 nonce,
        uint256 deadline,
        uint256 gas
    ) internal pure returns (bytes32) {
        bytes4 selector = bytes4(data);
        (bytes32 typeHash, bytes32 layout) = ActionTypes.action(selector);
        if (typeHash == 0) revert IRegistryForwarder.RegistryForwarderUnknownAction(selector);
        uint256 message = _reserve(uint256(uint8(layout[0])) + 6);
        _put(message, typeHash);
        _put(message + 32, bytes32(uint256(uint160(signer))));
        _put(message + 64, bytes32(uint256(uint160(contractAddress))));
        (uint256 end, uint256 next) = _fields(data, layout, 4, message + 96);
        if (end != data.length) _malformed(end);
        _put(next, bytes32(nonce));
        _put(next + 32, bytes32(deadline));
        _put(next + 64, bytes32(gas));
        return _hash(message, next + 96 - message);
    }

    /// @param at where the tuple begins
    /// @param out where its words go
    /// @return end behind the tuple, its tail included
    /// @return next behind its last word
    function _fields(bytes calldata data, bytes32 layout, uint256 at, uint256 out)
        private
        pure
        returns (uint256 end, uint256 next)
    {
        uint256 start = at;
        end = at + uint256(uint8(layout[0])) * 32;
        if (end > data.length) _malformed(data.length);
        next = out;
        for (uint256 i = 1; i < 32; ++i) {
            uint256 code = uint8(layout[i]);
            if (code == 0) break;
            bytes32 word;
            if (code <= BOOL) {
                word = _value(data, code, at);
                at += 32;
            } else if (code >= STATIC_STRUCT && code < DYNAMIC_STRUCT) {
                (word, at) = _struct(data, code, at);
            } else {
                if (uint256(_load(data, at)) != end - start) _malformed(at);
                at += 32;
                if (code == ARRAY) (word, end) = _array(data, uint8(layout[++i]), end);
                else (word, end) = _tail(data, code, end);
            }
            _put(next, word);
            next += 32;
        }
    }

    function _tail(bytes calldata data, uint256 code, uint256 at) private pure returns (bytes32, uint256) {
        return code == TEXT ? _text(data, at) : _struct(data, code, at);
    }

    function _struct(bytes calldata data, uint256 code, uint256 at) private pure returns (bytes32, uint256) {
        (bytes32 typeHash, bytes32 layout) = ActionTypes.member(code & PLACE);
        uint256 message = _reserve(uint256(uint8(layout[0])) + 1);
        _put(message, typeHash);
        (uint256 end, uint256 next) = _fields(data, layout, at, message + 32);
        return (_hash(message, next - message), end);
    }

    function _array(bytes calldata data, uint256 code, uint256 at) private pure returns (bytes32, uint256 end) {
        uint256 count = _length(data, at, 32);
        uint256 start = at + 32;
        uint256 out = _reserve(count);
        end = code > BOOL && (code < STATIC_STRUCT || code >= DYNAMIC_STRUCT) ? start + 32 * count : start;
        for (uint256 i; i < count; ++i) {
            bytes32 word;
            if (code <= BOOL) {
                word = _value(data, code, end);
                end += 32;
            } else if (code >= STATIC_STRUCT && code < DYNAMIC_STRUCT) {
                (word, end) = _struct(data, code, end);
            } else {
                at += 32;
                if (uint256(_load(data, at)) != end - start) _malformed(at);
                (word, end) = _tail(data, code, end);
            }
            _put(out + 32 * i, word);
        }
        return (_hash(out, 32 * count), end);
    }

    function _text(bytes calldata data, uint256 at) private pure returns (bytes32 content, uint256 end) {
        uint256 length = _length(data, at, 1);
        uint256 start = at + 32;
        end = start + ((length + 31) & ~uint256(31));
        if (end > data.length) _malformed(data.length);
        uint256 rest = length & 31;
        if (rest != 0 && uint256(_load(data, end - 32)) << (8 * rest) != 0) _malformed(start + length);
        assembly ("memory-safe") {
            let free := mload(0x40)
            calldatacopy(free, add(data.offset, start), length)
            content := keccak256(free, length)
        }
    }

    /// @dev A length that the rest of the data has room for, each element being `size` bytes or more.
    function _length(bytes calldata data, uint256 at, uint256 size) private pure returns (uint256 length) {
        if (at + 32 > data.length) _malformed(data.length);
        length = uint256(_load(data, at));
        if (length > (data.length - at - 32) / size) _malformed(at);
    }

    function _value(bytes calldata data, uint256 code, uint256 at) private pure returns (bytes32 word) {
        word = _load(data, at);
        uint256 outside;
        if (code <= NUMBER) outside = uint256(word) >> (8 * code);
        else if (code <= FIXED_BYTES) outside = uint256(word) << (8 * (code - NUMBER));
        else outside = uint256(word) >> 1;
        if (outside != 0) _malformed(at);
    }

    /// @dev Beyond the data this would read what follows it in the transaction: `_fields` and `_length` look first.
    function _load(bytes calldata data, uint256 at) private pure returns (bytes32 word) {
        assembly ("memory-safe") {
            word := calldataload(add(data.offset, at))
        }
    }

    function _reserve(uint256 words) private pure returns (uint256 start) {
        assembly ("memory-safe") {
            start := mload(0x40)
            mstore(0x40, add(start, shl(5, words)))
        }
    }

    function _put(uint256 at, bytes32 word) private pure {
        assembly ("memory-safe") {
            mstore(at, word)
        }
    }

    function _hash(uint256 at, uint256 length) private pure returns (bytes32 answer) {
        assembly ("memory-safe") {
            answer := keccak256(at, length)
        }
    }

    function _malformed(uint256 position) private pure {
        revert IRegistryForwarder.RegistryForwarderMalformedCall(position);
    }
}
