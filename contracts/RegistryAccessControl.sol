// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {AccessManagerUpgradeable} from "@openzeppelin/contracts-upgradeable/access/manager/AccessManagerUpgradeable.sol";
import {UUPSUpgradeable} from "@openzeppelin/contracts/proxy/utils/UUPSUpgradeable.sol";
import {Accreditations} from "./Accreditations.sol";
import {Roles} from "./libraries/Roles.sol";

/// @title Who may call what, and who may judge (OGCR 5.2.4, 6.2.2)
/// @notice OpenZeppelin's `AccessManager` behind a proxy: roles, the role -> function table, grant and execution delays;
/// beside it the accreditation of validators and verifiers.
contract RegistryAccessControl is AccessManagerUpgradeable, Accreditations, UUPSUpgradeable {
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
        emit RoleLabel(Roles.REVERSAL_LEDGER, "reversal_ledger");
        emit RoleLabel(Roles.EXCHANGE, "exchange");
        emit RoleLabel(Roles.METHODOLOGY_STEWARD, "methodology_steward");
        emit RoleGuardianChanged(Roles.ADMINISTRATOR, Roles.GUARDIAN);
        for (uint64 role = Roles.REGISTRY_OPERATOR; role <= Roles.METHODOLOGY_STEWARD; ++role) {
            if (role != Roles.GUARDIAN) _setRoleGuardian(role, Roles.GUARDIAN);
        }
    }

    /// @notice Who may cancel what holders of a role have scheduled. OpenZeppelin leaves the administrator unguarded.
    function getRoleGuardian(uint64 roleId) public view override returns (uint64) {
        return roleId == Roles.ADMINISTRATOR ? Roles.GUARDIAN : super.getRoleGuardian(roleId);
    }

    /// @dev A guardian who could cancel a guardian's removal could never be removed, and would hold every other plan up.
    function _canCancel(address caller, address target, bytes calldata data) internal view override returns (bool) {
        if (_removesGuardian(target, data) && caller != _msgSender()) {
            (bool isAdministrator,) = hasRole(Roles.ADMINISTRATOR, _msgSender());
            return isAdministrator;
        }
        return super._canCancel(caller, target, data);
    }

    function _removesGuardian(address target, bytes calldata data) private view returns (bool) {
        return target == address(this) && bytes4(data[:4]) == this.revokeRole.selector
            && abi.decode(data[4:36], (uint64)) == Roles.GUARDIAN;
    }

    function _authorizeUpgrade(address) internal override onlyAuthorized {}
}
