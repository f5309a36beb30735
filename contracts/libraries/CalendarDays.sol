// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @dev Unchecked: years below 2^32 and days below 2^48 are far from every bound.
/// @notice Years of the proleptic Gregorian calendar, and days counted in UTC since 1970-01-01.
library CalendarDays {
    uint256 internal constant SECONDS = 1 days;

    uint256 private constant DAYS_IN_400_YEARS = 146_097;
    uint256 private constant LEAP_DAYS_BEFORE_1970 = 477;
    /// From 1 March of the year 0 to 1 January 1970.
    uint256 private constant DAYS_FROM_MARCH_0000 = 719_468;
    uint256 private constant DAYS_FROM_MARCH_TO_DECEMBER = 306;
    /// The year of the last day that 16 bits can name.
    uint256 private constant LAST_YEAR = 2149;
    /// Counted from the first day of the year, which is 0.
    uint256 private constant TWENTY_EIGHTH_FEBRUARY = 58;

    /// @param year 1970 or later
    function firstDayOf(uint256 year) internal pure returns (uint256) {
        unchecked {
            uint256 past = year - 1;
            return 365 * (year - 1970) + past / 4 - past / 100 + past / 400 - LEAP_DAYS_BEFORE_1970;
        }
    }

    /// @dev Counts years that begin with March, so that a leap day is a year's last, in cycles of 400 years.
    // Each division counts whole cycles, years or leap days: what it drops is meant to be dropped.
    // slither-disable-start divide-before-multiply
    function yearOf(uint256 day) internal pure returns (uint256) {
        unchecked {
            uint256 sinceMarch = day + DAYS_FROM_MARCH_0000;
            uint256 ofCycle = sinceMarch % DAYS_IN_400_YEARS;
            uint256 year = (ofCycle - ofCycle / 1460 + ofCycle / 36_524 - ofCycle / 146_096) / 365;
            uint256 ofYear = ofCycle - (365 * year + year / 4 - year / 100);
            year += 400 * (sinceMarch / DAYS_IN_400_YEARS);
            return ofYear < DAYS_FROM_MARCH_TO_DECEMBER ? year : year + 1;
        }
    }
    // slither-disable-end divide-before-multiply

    /// @notice The day of the same date so many years later; of a 29 February, in a year without one, 28 February
    /// (Regulation (EEC, Euratom) 1182/71 Art. 3(2)(c)).
    /// @return the last day that 16 bits can name, 2149-06-06, when that is later
    function yearsAfter(uint256 day, uint256 count) internal pure returns (uint16) {
        (uint256 year, uint256 ofYear) = (yearOf(day), day);
        if (year + count > LAST_YEAR) return type(uint16).max;
        ofYear -= firstDayOf(year);
        // So 29 February falls back by a day into a common year, as every day after it does.
        if (ofYear > TWENTY_EIGHTH_FEBRUARY) ofYear = ofYear + lengthOf(year + count) - lengthOf(year);
        return uint16(Math.min(firstDayOf(year + count) + ofYear, type(uint16).max));
    }

    function lengthOf(uint256 year) internal pure returns (uint256) {
        return firstDayOf(year + 1) - firstDayOf(year);
    }

    function today() internal view returns (uint256) {
        return block.timestamp / SECONDS;
    }
}
