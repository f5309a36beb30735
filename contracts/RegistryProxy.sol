// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {ERC1967Proxy} from "@openzeppelin/contracts/proxy/ERC1967/ERC1967Proxy.sol";

/// @title The address users know; the code behind it is upgraded by `upgradeToAndCall` (UUPS)
contract RegistryProxy is ERC1967Proxy {
    /// @param initialization encoded call of the implementation's `initialize`
    constructor(address implementation, bytes memory initialization) ERC1967Proxy(implementation, initialization) {}
}
