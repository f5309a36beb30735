// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {Calendar, Calendars, Entry, Timeline} from "contracts/libraries/Calendars.sol";

/// @notice For all days and either order: a day is found taken exactly when an accepted report has it, wherever the calendar
/// keeps that report.
contract CalendarsProof {
    using Calendars for Calendar;

    bytes14 private constant FIRST = bytes14(uint112(1));
    bytes14 private constant SECOND = bytes14(uint112(2));

    Calendar private _calendar;
    mapping(bytes14 reportId => Entry) private _entries;

    function check_findsOneExactlyWhenADayIsShared(uint16 start, uint16 end, uint16 startDay, uint16 endDay) external {
        if (start > end || startDay > endDay) return;
        _take(FIRST, start, end);
        bytes14 found = _calendar.overlapping(_entries, startDay, endDay);
        assert((found == FIRST) == _share(start, end, startDay, endDay));
    }

    function check_freesTheDaysOfAReport(uint16 start, uint16 end, uint16 startDay, uint16 endDay) external {
        if (start > end || startDay > endDay) return;
        _take(FIRST, start, end);
        _calendar.free(_entries, FIRST);
        assert(_calendar.overlapping(_entries, startDay, endDay) == 0);
    }

    function long_findsOneOfTwoExactlyWhenADayIsShared(
        uint16 start,
        uint16 end,
        uint16 otherStart,
        uint16 otherEnd,
        uint16 startDay,
        uint16 endDay
    ) external {
        if (start > end || otherStart > otherEnd || startDay > endDay) return;
        if (_share(start, end, otherStart, otherEnd)) return;
        _take(FIRST, start, end);
        _take(SECOND, otherStart, otherEnd);
        bytes14 found = _calendar.overlapping(_entries, startDay, endDay);
        bool isFirst = _share(start, end, startDay, endDay);
        bool isSecond = _share(otherStart, otherEnd, startDay, endDay);
        assert((found != 0) == (isFirst || isSecond));
        if (found == FIRST) assert(isFirst);
        if (found == SECOND) assert(isSecond);
    }

    function long_keepsTheOtherWhenOneIsFreed(uint16 start, uint16 end, uint16 otherStart, uint16 otherEnd) external {
        if (start > end || otherStart > otherEnd || _share(start, end, otherStart, otherEnd)) return;
        _take(FIRST, start, end);
        _take(SECOND, otherStart, otherEnd);
        _calendar.free(_entries, FIRST);
        assert(_calendar.overlapping(_entries, otherStart, otherEnd) == SECOND);
        assert(_calendar.overlapping(_entries, start, end) == 0);
    }

    function _take(bytes14 reportId, uint16 start, uint16 end) private {
        Timeline memory timeline = _calendar.timeline;
        Entry memory entry = _entries[reportId];
        _calendar.take(timeline, entry, reportId, start, end);
        (_calendar.timeline, _entries[reportId]) = (timeline, entry);
    }

    function _share(uint16 start, uint16 end, uint16 startDay, uint16 endDay) private pure returns (bool) {
        return start <= endDay && startDay <= end;
    }
}
