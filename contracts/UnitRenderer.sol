// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {ICRU, Unit} from "./interfaces/ICRU.sol";
import {IMRVRegistry} from "./interfaces/IMRVRegistry.sol";
import {UnitMetadata} from "./libraries/UnitMetadata.sol";

/// @title The metadata of units, outside of `CRU` for its size alone: without state, open to all
contract UnitRenderer {
    /// @return ERC-721 metadata as a data URI
    function tokenURI(ICRU units, IMRVRegistry reports, uint256 tokenId) external view returns (string memory) {
        Unit memory unit = units.unit(tokenId);
        string memory reasonLabel = units.retirementReason(unit.retirementReason);
        return UnitMetadata.uri(unit, reports.report(unit.reportId), reasonLabel);
    }
}
