// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

/// @notice A block of units is named by its serial number, from the high end:
/// `reportId (112 bits) | vintage (16) | firstKg (64) | quantityKg (64)`.
type UnitId is uint256;

/// @notice One vintage of one report: the high 128 bits of the ids of its blocks.
type Series is uint128;

using {reportId, vintage, series, firstKg, quantityKg, nextKg} for UnitId global;
using {part} for Series global;

function seriesOf(bytes14 reportId_, uint16 vintage_) pure returns (Series) {
    return Series.wrap(uint128(uint112(reportId_)) << 16 | vintage_);
}

/// @notice The block of `quantityKg_` kg of a series that begins with its kilogram number `firstKg_`, from zero.
function part(Series series_, uint64 firstKg_, uint64 quantityKg_) pure returns (UnitId) {
    return UnitId.wrap(uint256(Series.unwrap(series_)) << 128 | uint256(firstKg_) << 64 | quantityKg_);
}

function series(UnitId id) pure returns (Series) {
    return Series.wrap(uint128(UnitId.unwrap(id) >> 128));
}

function reportId(UnitId id) pure returns (bytes14) {
    return bytes14(bytes32(UnitId.unwrap(id)));
}

function vintage(UnitId id) pure returns (uint16) {
    return uint16(UnitId.unwrap(id) >> 128);
}

function firstKg(UnitId id) pure returns (uint64) {
    return uint64(UnitId.unwrap(id) >> 64);
}

function quantityKg(UnitId id) pure returns (uint64) {
    return uint64(UnitId.unwrap(id));
}

/// @notice The first kilogram after the block.
function nextKg(UnitId id) pure returns (uint256) {
    return uint256(id.firstKg()) + id.quantityKg();
}
