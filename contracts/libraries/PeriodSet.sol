// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @notice Reporting periods of one project, no two of which share a day. Every operation costs the same whatever the
/// number and the length of the periods: start days are bits of a tree of two levels, 256 wide.
/// @dev As stored periods are disjoint, of all that start on or before a day the latest to start is the latest to end.
library PeriodSet {
    struct Period {
        bytes14 reportId;
        uint16 endDay;
    }

    /// @param root bit i is set when leaf i is not zero
    /// @param leaves bit j of leaf i is set when a period starts on day 256 * i + j
    struct Set {
        uint256 root;
        mapping(uint256 index => uint256) leaves;
        mapping(uint256 startDay => Period) periods;
    }

    /// @notice The period that shares a day with `[startDay, endDay]`; of several, the last.
    /// @return reportId zero when there is none
    function overlapping(Set storage set, uint16 startDay, uint16 endDay)
        internal
        view
        returns (bytes14 reportId, uint16 otherStartDay, uint16 otherEndDay)
    {
        (bool found, uint16 candidate) = predecessor(set, endDay);
        if (!found) return (0, 0, 0);
        Period memory period = set.periods[candidate];
        if (period.endDay < startDay) return (0, 0, 0);
        return (period.reportId, candidate, period.endDay);
    }

    /// @notice The latest start day on or before `day`.
    function predecessor(Set storage set, uint16 day) internal view returns (bool found, uint16 startDay) {
        uint256 index = day >> 8;
        uint256 bits = set.leaves[index] & _upTo(day & 0xff);
        if (bits == 0) {
            uint256 earlier = set.root & (_upTo(index) >> 1);
            if (earlier == 0) return (false, 0);
            index = Math.log2(earlier);
            bits = set.leaves[index];
        }
        return (true, uint16(index << 8 | Math.log2(bits)));
    }

    /// @dev The caller has seen that nothing overlaps.
    function insert(Set storage set, bytes14 reportId, uint16 startDay, uint16 endDay) internal {
        uint256 index = startDay >> 8;
        uint256 leaf = set.leaves[index];
        if (leaf == 0) set.root |= 1 << index;
        set.leaves[index] = leaf | 1 << (startDay & 0xff);
        set.periods[startDay] = Period(reportId, endDay);
    }

    /// @dev A period starts on that day.
    function remove(Set storage set, uint16 startDay) internal {
        uint256 index = startDay >> 8;
        uint256 leaf = set.leaves[index] & ~(uint256(1) << (startDay & 0xff));
        set.leaves[index] = leaf;
        if (leaf == 0) set.root &= ~(uint256(1) << index);
        delete set.periods[startDay];
    }

    /// @return a word whose bits 0 to `bit` are set
    function _upTo(uint256 bit) private pure returns (uint256) {
        return type(uint256).max >> (255 - bit);
    }
}
