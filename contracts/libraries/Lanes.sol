// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {Panic} from "@openzeppelin/contracts/utils/Panic.sol";

/// @notice Amounts that share one word, each in a lane of as many bits, counted from the low end.
library Lanes {
    function at(uint256 word, uint256 lane, uint256 bits) internal pure returns (uint64) {
        unchecked {
            return uint64(word >> lane * bits & (1 << bits) - 1);
        }
    }

    /// @param amount of no more than `bits` bits
    function replace(uint256 word, uint256 lane, uint256 bits, uint256 amount) internal pure returns (uint256) {
        unchecked {
            return word & ~((1 << bits) - 1 << lane * bits) | amount << lane * bits;
        }
    }

    function add(uint256 word, uint256 lane, uint256 bits, uint256 amount) internal pure returns (uint256) {
        unchecked {
            if (at(word, lane, bits) + amount >> bits != 0) Panic.panic(Panic.UNDER_OVERFLOW);
            return word + (amount << lane * bits);
        }
    }

    function subtract(uint256 word, uint256 lane, uint256 bits, uint256 amount) internal pure returns (uint256) {
        unchecked {
            if (amount > at(word, lane, bits)) Panic.panic(Panic.UNDER_OVERFLOW);
            return word - (amount << lane * bits);
        }
    }
}
