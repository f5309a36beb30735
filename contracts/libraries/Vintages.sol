// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {VintageAmount} from "../interfaces/IMRVRegistry.sol";
import {CalendarDays} from "./CalendarDays.sol";

/// @notice How the verified amount of a reporting period falls to calendar years.
library Vintages {
    /// @notice By days of each year, rounded down; the last year takes what rounding leaves.
    function byDays(uint256 startDay, uint256 endDay, uint64 kg)
        internal
        pure
        returns (VintageAmount[] memory amounts)
    {
        uint256 year = CalendarDays.yearOf(startDay);
        uint256 last = CalendarDays.yearOf(endDay) - year;
        amounts = new VintageAmount[](last + 1);
        if (last == 0) {
            amounts[0] = VintageAmount(uint16(year), kg);
            return amounts;
        }
        uint256 length = endDay - startDay + 1;
        uint64 left = kg;
        for (uint256 i; i < last; ++i) {
            uint256 next = CalendarDays.firstDayOf(year + 1);
            uint64 share = uint64(kg * (next - startDay) / length);
            amounts[i] = VintageAmount(uint16(year), share);
            (left, startDay, year) = (left - share, next, year + 1);
        }
        amounts[last] = VintageAmount(uint16(year), left);
    }

    /// @notice Whole granules of each vintage: what rounding down leaves of one counts to the next.
    /// @return the same array, changed in place
    function inGranules(VintageAmount[] memory amounts, uint64 granularityKg)
        internal
        pure
        returns (VintageAmount[] memory)
    {
        uint64 carriedKg;
        for (uint256 i; i < amounts.length; ++i) {
            uint64 kg = amounts[i].kg + carriedKg;
            carriedKg = kg % granularityKg;
            amounts[i].kg = kg - carriedKg;
        }
        return amounts;
    }

    /// @return kg of that vintage, zero when it is not among them
    function amountOf(VintageAmount[] memory amounts, uint16 vintage) internal pure returns (uint64) {
        for (uint256 i; i < amounts.length; ++i) {
            if (amounts[i].vintage == vintage) return amounts[i].kg;
        }
        return 0;
    }
}
