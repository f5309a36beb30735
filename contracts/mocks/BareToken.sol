// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";

/// @notice What OpenZeppelin's ERC-721 costs alone: no proxy, no access manager, no rule. The measure for docs/gas.md.
contract BareToken is ERC721 {
    constructor() ERC721("Bare", "BARE") {}

    function mint(address to, uint256 firstId, uint256 count) external {
        for (uint256 i; i < count; ++i) {
            _mint(to, firstId + i);
        }
    }

    function split(uint256 tokenId, uint256 firstId, uint256 secondId) external {
        address owner = ownerOf(tokenId);
        _burn(tokenId);
        _mint(owner, firstId);
        _mint(owner, secondId);
    }

    function burn(uint256 tokenId) external {
        _burn(tokenId);
    }
}
