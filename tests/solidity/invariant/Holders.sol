// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {Cancellation, CancellationReason, Retirement, Unit, UnitStatus} from "contracts/interfaces/ICRU.sol";
import {UnitId} from "contracts/libraries/UnitId.sol";
import {CHEATS} from "./Cheats.sol";
import {Registry} from "./Registry.sol";

/// @notice What three holders, the operator and time do to the units of one report; every argument is made a likely one.
contract Holders is Registry {
    address[3] internal holders = [DEVELOPER, address(0xa11ce), address(0xb0b)];
    /// Every id that was ever told of, and for those that ended what they were then.
    uint256[] internal ids;
    mapping(uint256 tokenId => bool) internal isKnown;
    mapping(uint256 tokenId => bytes32) internal ends;

    constructor() {
        _deploy();
    }

    function mint(uint64 tonnes) external {
        uint64 kg = (tonnes % 12 + 1) * TONNE;
        uint64 firstKg = units.issuedKg(reportId, VINTAGE);
        try units.mint(reportId, VINTAGE, kg) {
            // The end of what was issued, whatever share of it the buffer got.
            for (uint64 own; own <= kg; own += TONNE) {
                _note(units.tokenIdOf(reportId, VINTAGE, firstKg, own));
                _note(units.tokenIdOf(reportId, VINTAGE, firstKg + own, kg - own));
            }
        } catch {}
    }

    function transferPart(uint256 choice, uint256 to, uint64 tonnes) external {
        (uint256 id, uint64 kg) = _portion(choice, tonnes);
        CHEATS.prank(_owner(id));
        try units.transferPart(holders[to % 3], id, kg) returns (uint256 moved) {
            _noteCut(id, moved);
        } catch {}
    }

    function transfer(uint256 choice, uint256 to, uint256 from) external {
        uint256 id = _pick(choice);
        CHEATS.prank(holders[from % 3]);
        try units.transferFrom(_owner(id), holders[to % 3], id) {} catch {}
    }

    function approve(uint256 choice, uint256 to) external {
        uint256 id = _pick(choice);
        CHEATS.prank(_owner(id));
        try units.approve(holders[to % 3], id) {} catch {}
    }

    function split(uint256 choice, uint64 tonnes) external {
        (uint256 id, uint64 kg) = _portion(choice, tonnes);
        uint64[] memory parts = new uint64[](2);
        (parts[0], parts[1]) = (UnitId.wrap(id).quantityKg() - kg, kg);
        CHEATS.prank(_owner(id));
        try units.split(id, parts) returns (uint256[] memory made) {
            _note(made[0]);
            _note(made[1]);
        } catch {}
    }

    function merge(uint256 choice, uint256 other) external {
        uint256[] memory both = new uint256[](2);
        (both[0], both[1]) = (_pick(choice), _pick(other));
        CHEATS.prank(_owner(both[0]));
        try units.merge(both) returns (uint256 whole) {
            _note(whole);
        } catch {}
    }

    function retire(uint256 choice, uint64 tonnes) external {
        (uint256 id, uint64 kg) = _portion(choice, tonnes);
        CHEATS.prank(_owner(id));
        try units.retire(id, kg, Retirement(1, 0, "", 0, 0)) returns (uint256 retired) {
            _noteCut(id, retired);
        } catch {}
    }

    function cancel(uint256 choice, uint64 tonnes) external {
        (uint256 id, uint64 kg) = _portion(choice, tonnes);
        CHEATS.prank(_owner(id));
        try units.cancel(id, kg, Cancellation(CancellationReason.Voluntary, keccak256("b"), "p")) returns (uint256 made) {
            _noteCut(id, made);
        } catch {}
    }

    function cancelSuspended(uint256 choice, uint64 tonnes) external {
        (uint256 id, uint64 kg) = _portion(choice, tonnes);
        try units.cancelSuspended(id, kg, Cancellation(CancellationReason.Fraud, keccak256("b"), "p")) returns (
            uint256 made
        ) {
            _noteCut(id, made);
        } catch {}
    }

    function suspend(uint256 who, bool isBack) external {
        address account = holders[who % 3];
        if (isBack) try units.reinstateAccount(account, keccak256("e"), "r") {} catch {}
        else try units.suspendAccount(account, keccak256("e"), "r") {} catch {}
    }

    function expire(uint256 choice) external {
        uint256 id = _pick(choice);
        try units.expire(id) {} catch {}
        _seeEnd(id);
    }

    /// @dev Seldom: most of a sequence is played while units can still move.
    function wait(uint256 daysLater) external {
        if (daysLater % 4 == 0) CHEATS.warp(block.timestamp + (daysLater % 400) * 1 days);
    }

    function _pick(uint256 choice) internal view returns (uint256) {
        return ids.length == 0 ? 1 : ids[choice % ids.length];
    }

    function _portion(uint256 choice, uint64 tonnes) private view returns (uint256 id, uint64 kg) {
        id = _pick(choice);
        uint64 whole = UnitId.wrap(id).quantityKg() / TONNE;
        kg = whole == 0 ? 0 : (tonnes % whole + 1) * TONNE;
    }

    function _owner(uint256 id) private view returns (address) {
        try units.ownerOf(id) returns (address owner) {
            return owner;
        } catch {
            return DEVELOPER;
        }
    }

    function _noteCut(uint256 id, uint256 last) private {
        _note(last);
        UnitId whole = UnitId.wrap(id);
        uint64 rest = whole.quantityKg() - UnitId.wrap(last).quantityKg();
        _note(units.tokenIdOf(whole.reportId(), whole.vintage(), whole.firstKg(), rest));
        _seeEnd(last);
    }

    function _note(uint256 id) private {
        if (isKnown[id] || !_exists(id)) return;
        isKnown[id] = true;
        ids.push(id);
    }

    function _seeEnd(uint256 id) private {
        if (!_exists(id)) return;
        Unit memory unit = units.unit(id);
        bool hasEnded = unit.status != UnitStatus.Held && unit.status != UnitStatus.Buffer;
        if (hasEnded && ends[id] == 0) ends[id] = keccak256(abi.encode(unit));
    }

    function _exists(uint256 id) internal view returns (bool) {
        try units.ownerOf(id) returns (address) {
            return true;
        } catch {
            return false;
        }
    }
}
