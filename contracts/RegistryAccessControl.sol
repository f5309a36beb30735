// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {AccessManagerUpgradeable} from "@openzeppelin/contracts-upgradeable/access/manager/AccessManagerUpgradeable.sol";
import {UUPSUpgradeable} from "@openzeppelin/contracts/proxy/utils/UUPSUpgradeable.sol";
import {Roles} from "./libraries/Roles.sol";

/// @title Who may call what (OGCR 5.2.4)
/// @notice OpenZeppelin's `AccessManager` behind a proxy: roles, the role -> function table, grant and execution delays.
contract RegistryAccessControl is AccessManagerUpgradeable, UUPSUpgradeable {
    /// @custom:oz-upgrades-unsafe-allow constructor
    constructor() {
        _disableInitializers();
    }

    /// @param administrator first holder of the role `administrator`
    function initialize(address administrator) public override initializer {
        __AccessManager_init(administrator);
        emit RoleLabel(Roles.ADMINISTRATOR, "administrator");
        emit RoleLabel(Roles.REGISTRY_OPERATOR, "registry_operator");
        emit RoleLabel(Roles.DEVELOPER, "developer");
        emit RoleLabel(Roles.VALIDATOR, "validator");
        emit RoleLabel(Roles.VERIFIER, "verifier");
        emit RoleLabel(Roles.GUARDIAN, "guardian");
        emit RoleLabel(Roles.ISSUER, "issuer");
    }

    function _authorizeUpgrade(address) internal override onlyAuthorized {}
}
