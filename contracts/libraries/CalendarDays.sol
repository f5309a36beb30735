// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

/// @notice Years of the proleptic Gregorian calendar, and days counted in UTC since 1970-01-01.
library CalendarDays {
    uint256 internal constant SECONDS = 1 days;

    uint256 private constant DAYS_IN_400_YEARS = 146_097;
    uint256 private constant LEAP_DAYS_BEFORE_1970 = 477;

    /// @param year 1970 or later
    function firstDayOf(uint256 year) internal pure returns (uint256) {
        uint256 past = year - 1;
        return 365 * (year - 1970) + past / 4 - past / 100 + past / 400 - LEAP_DAYS_BEFORE_1970;
    }

    function yearOf(uint256 day) internal pure returns (uint256 year) {
        // A year of average length misses by one at most.
        year = 1970 + day * 400 / DAYS_IN_400_YEARS;
        if (firstDayOf(year) > day) --year;
        else if (firstDayOf(year + 1) <= day) ++year;
    }

    function today() internal view returns (uint256) {
        return block.timestamp / SECONDS;
    }
}
