// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {Supply, Unit, UnitStatus} from "contracts/interfaces/ICRU.sol";
import {UnitType} from "contracts/interfaces/IMethodologyRegistry.sol";
import {UnitId} from "contracts/libraries/UnitId.sol";
import {Holders} from "./Holders.sol";

/// @notice Looks at what the holders left.
contract Looking is Holders {
    /// @notice One bit for each tonne that is in a block; a tonne in two blocks, or none, fails.
    function requirePartition() external view {
        uint256 taken;
        for (uint256 i; i < ids.length; ++i) {
            if (!_exists(ids[i])) continue;
            UnitId id = UnitId.wrap(ids[i]);
            uint256 bits = ((1 << id.quantityKg() / TONNE) - 1) << id.firstKg() / TONNE;
            assert(id.quantityKg() != 0 && id.quantityKg() % TONNE == 0);
            assert(taken & bits == 0);
            taken |= bits;
        }
        assert(taken == (1 << units.issuedKg(reportId, VINTAGE) / TONNE) - 1);
        assert(units.issuedKg(reportId, VINTAGE) <= VERIFIED);
    }

    function requireIdentity() external view {
        uint64[7] memory sums;
        for (uint256 i; i < ids.length; ++i) {
            if (_exists(ids[i])) sums[uint8(units.unit(ids[i]).status)] += UnitId.wrap(ids[i]).quantityKg();
        }
        bytes32 told = keccak256(abi.encode(units.supplyOfVintage(reportId, VINTAGE)));
        assert(told == keccak256(abi.encode(units.supplyOfReport(reportId))));
        assert(told == keccak256(abi.encode(units.supplyOfType(UnitType.CSP))));
        Supply memory supply = units.supplyOfProject(reports.report(reportId).projectId);
        assert(told == keccak256(abi.encode(supply)));
        assert(supply.bufferKg == sums[uint8(UnitStatus.Buffer)]);
        assert(supply.retiredKg == sums[uint8(UnitStatus.Retired)]);
        assert(supply.cancelledKg == sums[uint8(UnitStatus.Cancelled)]);
        assert(supply.expiredKg == sums[uint8(UnitStatus.Expired)]);
        assert(supply.heldKg == sums[uint8(UnitStatus.Held)]);
        uint64 ended = supply.retiredKg + supply.cancelledKg + supply.expiredKg + supply.exportedKg;
        assert(supply.issuedKg == supply.heldKg + supply.bufferKg + ended);
    }

    function requireBalances() external view {
        address[4] memory accounts = [holders[0], holders[1], holders[2], address(units)];
        for (uint256 k; k < 4; ++k) {
            uint256 count;
            for (uint256 i; i < ids.length; ++i) {
                if (_exists(ids[i]) && units.ownerOf(ids[i]) == accounts[k]) ++count;
            }
            assert(units.balanceOf(accounts[k]) == count);
        }
    }

    function requireEndsFinal() external view {
        for (uint256 i; i < ids.length; ++i) {
            bytes32 ended = ends[ids[i]];
            if (ended != 0) assert(keccak256(abi.encode(units.unit(ids[i]))) == ended);
        }
    }
}

/// @notice Forge calls the holders in any order and with any arguments; after each call everything holds.
contract UnitsInvariant {
    Looking private _looking;

    function setUp() external {
        _looking = new Looking();
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(_looking);
    }

    function invariant_blocksPartitionWhatIsIssued() external view {
        _looking.requirePartition();
    }

    function invariant_issuedIsTheSumOfAllElse() external view {
        _looking.requireIdentity();
    }

    function invariant_balancesCountBlocks() external view {
        _looking.requireBalances();
    }

    function invariant_endsAreFinal() external view {
        _looking.requireEndsFinal();
    }
}
