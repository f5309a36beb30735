// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

/// @notice Ids of what comes from another registry. Letters count without their case, and only visible ASCII characters
/// are permitted: whoever spells a serial number in another way must not bring its units in a second time.
library Origin {
    uint256 private constant MAX_LENGTH = 200;

    /// @return true for 1 to 200 characters from `!` to `~`
    function isKey(string calldata text) internal pure returns (bool) {
        bytes calldata characters = bytes(text);
        if (characters.length == 0 || characters.length > MAX_LENGTH) return false;
        for (uint256 i; i < characters.length; ++i) {
            if (characters[i] <= " " || characters[i] > "~") return false;
        }
        return true;
    }

    function reportIdOf(string calldata registry, string calldata key) internal pure returns (bytes14) {
        return bytes14(keccak256(abi.encode("import", _lowered(registry), _lowered(key))));
    }

    function projectIdOf(string calldata registry, string calldata originProject) internal pure returns (bytes32) {
        return keccak256(abi.encode("import project", _lowered(registry), _lowered(originProject)));
    }

    function _lowered(string calldata text) private pure returns (string memory) {
        bytes memory characters = bytes(text);
        for (uint256 i; i < characters.length; ++i) {
            bytes1 one = characters[i];
            if (one >= "A" && one <= "Z") characters[i] = one | 0x20;
        }
        return string(characters);
    }
}
