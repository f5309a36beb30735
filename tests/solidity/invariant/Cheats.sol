// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

/// @notice What of Foundry's cheat codes the harnesses need.
interface Cheats {
    function prank(address caller) external;
    function startPrank(address caller) external;
    function stopPrank() external;
    function warp(uint256 timestamp) external;
}

Cheats constant CHEATS = Cheats(address(uint160(uint256(keccak256("hevm cheat code")))));
