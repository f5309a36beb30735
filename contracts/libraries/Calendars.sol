// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {ReportStatus} from "../interfaces/IMRVRegistry.sol";
import {PeriodSet} from "./PeriodSet.sol";

/// @notice A report's place in time, one slot.
/// @param projectNumber of the project among those that were opened
/// @param earlier while the report is recent: the recent report before it, or zero
/// @param isIndexed true when the period is in the set, false when the report is recent or its days are free
/// @param isItemised true when the verifier's breakdown is stored, false when the split by days applies
/// @param monitoringEndDay zero until a verifier was assigned
struct Entry {
    ReportStatus status;
    uint16 startDay;
    uint16 endDay;
    uint24 version;
    uint24 projectNumber;
    bytes14 earlier;
    bool isIndexed;
    bool isItemised;
    uint16 monitoringEndDay;
}

/// @notice A project's days and its latest report, one slot.
/// @param latest the last of the recent reports, or zero
/// @param recentCount how many reports are recent
/// @param latestEndDay no period of the project ever ended later
/// @param startDay first day of the project, UTC days since 1970-01-01
/// @param endDay last day of the project, included
/// @param isOpen true while the project is validated
struct Timeline {
    bytes14 latest;
    uint8 recentCount;
    uint16 latestEndDay;
    uint16 startDay;
    uint16 endDay;
    uint24 projectNumber;
    bool isOpen;
}

struct Calendar {
    Timeline timeline;
    PeriodSet.Set periods;
}

/// @notice The reporting periods of one project, no two of which share a day. A report that follows all others, as most
/// do, is only linked to the one before: it is recent. All others, and what makes the recent ones too many, are in a set
/// in which a search costs the same whatever its size. So does every question: at most `RECENT_LIMIT` reads and the search.
library Calendars {
    using PeriodSet for PeriodSet.Set;

    uint256 internal constant RECENT_LIMIT = 8;

    /// @notice The report that takes a day of `[startDay, endDay]`; of several, the last to start.
    function overlapping(
        Calendar storage calendar,
        mapping(bytes14 reportId => Entry) storage entries,
        uint16 startDay,
        uint16 endDay
    ) internal view returns (bytes14 reportId) {
        reportId = _recentOverlapping(calendar.timeline.latest, entries, startDay, endDay);
        // Where it ends does not matter: it shares a day.
        // slither-disable-next-line unused-return
        (bytes14 indexed_, uint16 indexedStartDay,) = calendar.periods.overlapping(startDay, endDay);
        bool isLater = reportId == 0 || indexedStartDay > entries[reportId].startDay;
        return indexed_ != 0 && isLater ? indexed_ : reportId;
    }

    /// @notice Gives a report its days, of which the caller has seen that nobody has them.
    /// @dev The caller stores `timeline` and `entry`, which it may change further.
    function take(
        Calendar storage calendar,
        Timeline memory timeline,
        Entry memory entry,
        bytes14 reportId,
        uint16 startDay,
        uint16 endDay
    ) internal {
        (entry.startDay, entry.endDay) = (startDay, endDay);
        if (follows(timeline, startDay) && timeline.recentCount < RECENT_LIMIT) {
            (entry.earlier, timeline.latest) = (timeline.latest, reportId);
            ++timeline.recentCount;
        } else {
            entry.isIndexed = true;
            calendar.periods.insert(reportId, startDay, endDay);
        }
        if (endDay > timeline.latestEndDay) timeline.latestEndDay = endDay;
    }

    /// @notice Whether a period that begins on that day is later than every other, so that none can overlap.
    function follows(Timeline memory timeline, uint16 startDay) internal pure returns (bool) {
        return startDay > timeline.latestEndDay;
    }

    /// @notice Moves a recent report into the set when the recent ones have become many, so that there is room for others.
    function settle(Calendar storage calendar, mapping(bytes14 reportId => Entry) storage entries, bytes14 reportId)
        internal
    {
        Entry storage entry = entries[reportId];
        if (entry.isIndexed || calendar.timeline.recentCount <= RECENT_LIMIT / 2) return;
        _unlink(calendar, entries, reportId);
        entry.isIndexed = true;
        calendar.periods.insert(reportId, entry.startDay, entry.endDay);
    }

    /// @notice Frees the days of a report.
    function free(Calendar storage calendar, mapping(bytes14 reportId => Entry) storage entries, bytes14 reportId)
        internal
    {
        Entry storage entry = entries[reportId];
        if (entry.isIndexed) calendar.periods.remove(entry.startDay);
        else _unlink(calendar, entries, reportId);
        entry.isIndexed = false;
    }

    /// @dev Recent reports are linked from the last to start to the first.
    function _recentOverlapping(
        bytes14 reportId,
        mapping(bytes14 reportId => Entry) storage entries,
        uint16 startDay,
        uint16 endDay
    ) private view returns (bytes14) {
        while (reportId != 0) {
            Entry storage entry = entries[reportId];
            if (entry.endDay < startDay) return 0;
            if (entry.startDay <= endDay) return reportId;
            reportId = entry.earlier;
        }
        return 0;
    }

    /// @dev The report is recent.
    function _unlink(Calendar storage calendar, mapping(bytes14 reportId => Entry) storage entries, bytes14 reportId)
        private
    {
        Timeline storage timeline = calendar.timeline;
        bytes14 earlier = entries[reportId].earlier;
        --timeline.recentCount;
        if (timeline.latest == reportId) {
            timeline.latest = earlier;
            return;
        }
        bytes14 later = timeline.latest;
        while (entries[later].earlier != reportId) {
            later = entries[later].earlier;
        }
        entries[later].earlier = earlier;
    }
}
