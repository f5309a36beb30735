// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {ProjectRegistry} from "../ProjectRegistry.sol";

/// @title A later `ProjectRegistry` with storage of its own: for tests of upgrades
contract ProjectRegistryV2 is ProjectRegistry {
    /// @custom:storage-location erc7201:ogcr.storage.ProjectRegistryV2
    struct ProjectRegistryV2Storage {
        uint256 generation;
    }

    // keccak256(abi.encode(uint256(keccak256("ogcr.storage.ProjectRegistryV2")) - 1)) & ~bytes32(uint256(0xff))
    bytes32 private constant STORAGE = 0x8cf9518545c4fb1d4ce1a1170f639cb4c57ad3ae5164b33cdd09bbfbbcd30600;

    /// @custom:oz-upgrades-unsafe-allow constructor
    constructor(address trustedForwarder) ProjectRegistry(trustedForwarder) {}

    function initializeV2(uint256 generation_) external reinitializer(2) {
        _v2().generation = generation_;
    }

    function generation() external view returns (uint256) {
        return _v2().generation;
    }

    function _v2() private pure returns (ProjectRegistryV2Storage storage $) {
        assembly {
            $.slot := STORAGE
        }
    }
}
