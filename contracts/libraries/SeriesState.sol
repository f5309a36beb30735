// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {UnitType} from "../interfaces/IMethodologyRegistry.sol";

/// @notice What is kept of one vintage of one report in its first storage slot, read and written as a whole. From the low
/// end: `issued kg (56 bits) | buffer kg (56) | retired kg (56) | granularity kg (32) | last day of the monitoring period,
/// UTC days since 1970-01-01 (16) | unit type (8) | expires (8) | number of the project (24)`.
/// @dev 56 bits hold every amount that a verifier may verify. Its amounts are `Lanes`.
type SeriesState is uint256;

using {issuedKg, granularityKg, monitoringEndDay, unitType, expires, project, isOpen, withEndDay} for SeriesState global;

/// @notice A vintage of which nothing is issued yet.
function openSeries(uint32 granularityKg_, uint16 endDay, UnitType unitType_, bool expires_, uint24 project_)
    pure
    returns (SeriesState)
{
    return SeriesState.wrap(
        uint256(granularityKg_) << 168 | uint256(endDay) << 200 | uint256(unitType_) << 216
            | uint256(expires_ ? 1 : 0) << 224 | uint256(project_) << 232
    );
}

function issuedKg(SeriesState state) pure returns (uint64) {
    return uint56(SeriesState.unwrap(state));
}

function granularityKg(SeriesState state) pure returns (uint32) {
    return uint32(SeriesState.unwrap(state) >> 168);
}

function monitoringEndDay(SeriesState state) pure returns (uint16) {
    return uint16(SeriesState.unwrap(state) >> 200);
}

function unitType(SeriesState state) pure returns (UnitType) {
    return UnitType(uint8(SeriesState.unwrap(state) >> 216));
}

function expires(SeriesState state) pure returns (bool) {
    return uint8(SeriesState.unwrap(state) >> 224) != 0;
}

function project(SeriesState state) pure returns (uint24) {
    return uint24(SeriesState.unwrap(state) >> 232);
}

/// @dev Numbers of projects begin with one.
function isOpen(SeriesState state) pure returns (bool) {
    return project(state) != 0;
}

function withEndDay(SeriesState state, uint16 endDay) pure returns (SeriesState) {
    return SeriesState.wrap(SeriesState.unwrap(state) & ~(uint256(0xffff) << 200) | uint256(endDay) << 200);
}
