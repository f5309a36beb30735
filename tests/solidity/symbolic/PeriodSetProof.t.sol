// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {PeriodSet} from "contracts/libraries/PeriodSet.sol";

/// @notice For all days: a period is refused exactly when it shares a day with one that is held.
contract PeriodSetProof {
    using PeriodSet for PeriodSet.Set;

    bytes14 private constant FIRST = bytes14(uint112(1));
    bytes14 private constant SECOND = bytes14(uint112(2));

    PeriodSet.Set private _set;

    function check_findsNothingInAnEmptySet(uint16 startDay, uint16 endDay) external view {
        (bytes14 found,,) = _set.overlapping(startDay, endDay);
        assert(found == 0);
    }

    function check_findsOneExactlyWhenADayIsShared(uint16 start, uint16 end, uint16 startDay, uint16 endDay) external {
        if (start > end || startDay > endDay) return;
        _set.insert(FIRST, start, end);
        (bytes14 found,,) = _set.overlapping(startDay, endDay);
        assert((found == FIRST) == (start <= endDay && startDay <= end));
        assert(found == 0 || found == FIRST);
    }

    function long_findsOneOfTwoExactlyWhenADayIsShared(
        uint16 start,
        uint16 end,
        uint16 laterStart,
        uint16 laterEnd,
        uint16 startDay,
        uint16 endDay
    ) external {
        if (start > end || end >= laterStart || laterStart > laterEnd || startDay > endDay) return;
        _set.insert(FIRST, start, end);
        _set.insert(SECOND, laterStart, laterEnd);
        (bytes14 found,,) = _set.overlapping(startDay, endDay);
        bool isFirst = start <= endDay && startDay <= end;
        bool isSecond = laterStart <= endDay && startDay <= laterEnd;
        assert((found != 0) == (isFirst || isSecond));
        if (found == FIRST) assert(isFirst);
        if (found == SECOND) assert(isSecond);
    }

    function check_freesADayWhenItsPeriodIsRemoved(uint16 start, uint16 end, uint16 startDay, uint16 endDay) external {
        if (start > end || startDay > endDay) return;
        _set.insert(FIRST, start, end);
        _set.remove(start);
        (bytes14 found,,) = _set.overlapping(startDay, endDay);
        assert(found == 0);
    }

    function long_keepsTheOtherWhenOneIsRemoved(uint16 start, uint16 end, uint16 laterStart, uint16 laterEnd) external {
        if (start > end || end >= laterStart || laterStart > laterEnd) return;
        _set.insert(FIRST, start, end);
        _set.insert(SECOND, laterStart, laterEnd);
        _set.remove(start);
        (bytes14 found,,) = _set.overlapping(start, laterStart);
        assert(found == SECOND);
        (found,,) = _set.overlapping(start, end);
        assert(found == 0);
    }
}
