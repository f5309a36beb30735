// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

/// @notice Which texts may name a document, a methodology or a version. Their alphabets leave out every character
/// that could join two ids into one (at sign, colon, slash) or make two ids look alike.
library Identifiers {
    uint256 private constant MAX_LENGTH = 100;
    uint256 private constant MAX_VERSION_LENGTH = 32;
    /// What one storage slot holds.
    uint256 private constant MAX_LABEL_LENGTH = 31;

    /// One bit for each permitted byte.
    uint256 private constant DIGITS = ((1 << 10) - 1) << 0x30;
    uint256 private constant DOCUMENT_ALPHABET =
        DIGITS | (((1 << 26) - 1) << 0x41) | (((1 << 26) - 1) << 0x61) | (1 << 0x2d) | (1 << 0x5f);
    uint256 private constant LABEL_ALPHABET = DIGITS | (((1 << 26) - 1) << 0x61) | (1 << 0x5f);
    uint256 private constant METHODOLOGY_ALPHABET = DOCUMENT_ALPHABET | (1 << 0x2e);

    /// @return true for 1 to 100 bytes of `A-Z a-z 0-9 _ -`
    function isDocumentId(string calldata text) internal pure returns (bool) {
        return _isWithin(bytes(text), DOCUMENT_ALPHABET);
    }

    /// @return true for 1 to 100 bytes of `A-Z a-z 0-9 . _ -`
    function isMethodologyId(string calldata text) internal pure returns (bool) {
        return _isWithin(bytes(text), METHODOLOGY_ALPHABET);
    }

    /// @return true for 1 to 31 bytes of `a-z 0-9 _`
    function isLabel(string calldata text) internal pure returns (bool) {
        return bytes(text).length <= MAX_LABEL_LENGTH && _isWithin(bytes(text), LABEL_ALPHABET);
    }

    /// @return true for `major.minor` or `major.minor.patch`, decimal digits, at most 32 bytes
    function isVersion(string calldata text) internal pure returns (bool) {
        bytes calldata characters = bytes(text);
        if (characters.length > MAX_VERSION_LENGTH) return false;
        uint256 dots;
        bool inNumber;
        for (uint256 i; i < characters.length; ++i) {
            bool isDot = characters[i] == ".";
            if (isDot ? !inNumber : !_has(DIGITS, characters[i])) return false;
            if (isDot) ++dots;
            inNumber = !isDot;
        }
        return inNumber && (dots == 1 || dots == 2);
    }

    function _isWithin(bytes calldata characters, uint256 alphabet) private pure returns (bool within) {
        uint256 length = characters.length;
        if (length == 0 || length > MAX_LENGTH) return false;
        // Plain indexing checks bounds a hundred times; a registration would cost 2 % more.
        assembly ("memory-safe") {
            within := 1
            let end := add(characters.offset, length)
            for { let at := characters.offset } lt(at, end) { at := add(at, 1) } {
                within := and(within, shr(byte(0, calldataload(at)), alphabet))
            }
        }
    }

    function _has(uint256 alphabet, bytes1 character) private pure returns (bool) {
        return (alphabet >> uint8(character)) & 1 == 1;
    }
}
