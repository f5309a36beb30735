// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {VintageAmount} from "../interfaces/IMRVRegistry.sol";
import {CalendarDays} from "../libraries/CalendarDays.sol";
import {Calendar, Calendars, Entry, Timeline} from "../libraries/Calendars.sol";
import {PeriodSet} from "../libraries/PeriodSet.sol";
import {Vintages} from "../libraries/Vintages.sol";

/// @notice Opens internal libraries to tests.
contract LibraryHarness {
    using PeriodSet for PeriodSet.Set;

    using Calendars for Calendar;

    PeriodSet.Set private _set;
    Calendar private _calendar;
    mapping(bytes14 reportId => Entry) private _entries;

    function insert(bytes14 reportId, uint16 startDay, uint16 endDay) external {
        _set.insert(reportId, startDay, endDay);
    }

    function remove(uint16 startDay) external {
        _set.remove(startDay);
    }

    function overlapping(uint16 startDay, uint16 endDay) external view returns (bytes14, uint16, uint16) {
        return _set.overlapping(startDay, endDay);
    }

    function predecessor(uint16 day) external view returns (bool, uint16) {
        return _set.predecessor(day);
    }

    function yearsOf(uint16 firstDay, uint16 lastDay) external pure returns (uint256[] memory answer) {
        answer = new uint256[](uint256(lastDay) - firstDay + 1);
        for (uint256 i; i < answer.length; ++i) {
            answer[i] = CalendarDays.yearOf(firstDay + i);
        }
    }

    function firstDayOf(uint256 year) external pure returns (uint256) {
        return CalendarDays.firstDayOf(year);
    }

    function byDays(uint16 startDay, uint16 endDay, uint64 kg) external pure returns (VintageAmount[] memory) {
        return Vintages.byDays(startDay, endDay, kg);
    }

    function inGranules(VintageAmount[] memory amounts, uint64 granularityKg)
        external
        pure
        returns (VintageAmount[] memory)
    {
        return Vintages.inGranules(amounts, granularityKg);
    }

    function yearsAfter(uint16 day, uint16 count) external pure returns (uint16) {
        return CalendarDays.yearsAfter(day, count);
    }

    function take(bytes14 reportId, uint16 startDay, uint16 endDay) external {
        (Timeline memory timeline, Entry memory entry) = (_calendar.timeline, _entries[reportId]);
        _calendar.take(timeline, entry, reportId, startDay, endDay);
        (_calendar.timeline, _entries[reportId]) = (timeline, entry);
    }

    function settle(bytes14 reportId) external {
        _calendar.settle(_entries, reportId);
    }

    function free(bytes14 reportId) external {
        _calendar.free(_entries, reportId);
    }

    function taken(uint16 startDay, uint16 endDay) external view returns (bytes14) {
        return _calendar.overlapping(_entries, startDay, endDay);
    }

    function recentCount() external view returns (uint256) {
        return _calendar.timeline.recentCount;
    }
}
