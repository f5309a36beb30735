// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {IAccessManager} from "@openzeppelin/contracts/access/manager/IAccessManager.sol";
import {AccessManagedUpgradeable} from "@openzeppelin/contracts-upgradeable/access/manager/AccessManagedUpgradeable.sol";
import {ERC2771ContextUpgradeable} from "@openzeppelin/contracts-upgradeable/metatx/ERC2771ContextUpgradeable.sol";
import {UUPSUpgradeable} from "@openzeppelin/contracts/proxy/utils/UUPSUpgradeable.sol";
import {ContextUpgradeable} from "@openzeppelin/contracts-upgradeable/utils/ContextUpgradeable.sol";
import {PausableUpgradeable} from "@openzeppelin/contracts-upgradeable/utils/PausableUpgradeable.sol";
import {ProjectType} from "./interfaces/IMethodologyRegistry.sol";
import {IRegistryAccessControl, Standing} from "./interfaces/IRegistryAccessControl.sol";

/// @title What every contract of the registry is: access-managed, pausable, upgradeable, open to a trusted forwarder
abstract contract RegistryModule is
    AccessManagedUpgradeable,
    PausableUpgradeable,
    UUPSUpgradeable,
    ERC2771ContextUpgradeable
{
    /// @dev OpenZeppelin keeps each in a slot of its own; every act of a role reads both.
    /// @custom:storage-location erc7201:ogcr.storage.RegistryModule
    struct RegistryModuleStorage {
        address authority;
        bool isPaused;
    }

    // keccak256(abi.encode(uint256(keccak256("ogcr.storage.RegistryModule")) - 1)) & ~bytes32(uint256(0xff))
    bytes32 private constant MODULE_STORAGE = 0xf48b8b2fc76690c1e75faaccf961278ee6315b8cc113caa51d0425d4fcc12500;

    /// @param trustedForwarder ERC-2771 forwarder, or zero while there is none
    /// @custom:oz-upgrades-unsafe-allow constructor
    constructor(address trustedForwarder) ERC2771ContextUpgradeable(trustedForwarder) {
        _disableInitializers();
    }

    function __RegistryModule_init(address authority_) internal onlyInitializing {
        // An account without code would answer every question of who may call with nothing: nobody could, for ever.
        if (authority_.code.length == 0) revert AccessManagedInvalidAuthority(authority_);
        __AccessManaged_init(authority_);
        __Pausable_init();
    }

    function pause() external restricted {
        _pause();
    }

    function unpause() external restricted {
        _unpause();
    }

    function authority() public view virtual override returns (address) {
        return _module().authority;
    }

    function paused() public view virtual override returns (bool) {
        return _module().isPaused;
    }

    function _setAuthority(address authority_) internal virtual override {
        _module().authority = authority_;
        emit AuthorityUpdated(authority_);
    }

    function _pause() internal virtual override whenNotPaused {
        _module().isPaused = true;
        emit Paused(_msgSender());
    }

    function _unpause() internal virtual override whenPaused {
        _module().isPaused = false;
        emit Unpaused(_msgSender());
    }

    function _holdsRole(uint64 roleId, address account) internal view returns (bool isMember) {
        // The delay is no business of who asks whether the role is held.
        // slither-disable-next-line unused-return
        (isMember,) = IAccessManager(authority()).hasRole(roleId, account);
    }

    /// @notice Whether a validator or verifier may judge a project of that type and developer today.
    function _standing(address account, uint64 roleId, ProjectType projectType, address developer)
        internal
        view
        returns (Standing)
    {
        return IRegistryAccessControl(authority()).standing(account, roleId, projectType, developer);
    }

    function _authorizeUpgrade(address) internal override restricted {}

    function _msgSender() internal view virtual override(ContextUpgradeable, ERC2771ContextUpgradeable) returns (address) {
        return ERC2771ContextUpgradeable._msgSender();
    }

    function _msgData()
        internal
        view
        virtual
        override(ContextUpgradeable, ERC2771ContextUpgradeable)
        returns (bytes calldata)
    {
        return ERC2771ContextUpgradeable._msgData();
    }

    function _contextSuffixLength()
        internal
        view
        virtual
        override(ContextUpgradeable, ERC2771ContextUpgradeable)
        returns (uint256)
    {
        return ERC2771ContextUpgradeable._contextSuffixLength();
    }

    function _module() private pure returns (RegistryModuleStorage storage $) {
        assembly {
            $.slot := MODULE_STORAGE
        }
    }
}
