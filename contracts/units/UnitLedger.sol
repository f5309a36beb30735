// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {ContextUpgradeable} from "@openzeppelin/contracts-upgradeable/utils/ContextUpgradeable.sol";
import {ERC721Upgradeable} from "@openzeppelin/contracts-upgradeable/token/ERC721/ERC721Upgradeable.sol";
import {ERC721Utils} from "@openzeppelin/contracts/token/ERC721/utils/ERC721Utils.sol";
import {IERC4906} from "@openzeppelin/contracts/interfaces/IERC4906.sol";
import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {ShortString} from "@openzeppelin/contracts/utils/ShortStrings.sol";
import {ICRU, UnitStatus} from "../interfaces/ICRU.sol";
import {UnitType} from "../interfaces/IMethodologyRegistry.sol";
import {IMRVRegistry} from "../interfaces/IMRVRegistry.sol";
import {Block} from "../libraries/Block.sol";
import {CalendarDays} from "../libraries/CalendarDays.sol";
import {SeriesState} from "../libraries/SeriesState.sol";
import {Series, UnitId} from "../libraries/UnitId.sol";
import {RegistryModule} from "../RegistryModule.sol";

/// @title Who holds which block, which account is suspended, and how a block is cut
/// @dev One slot for each block, account and, for what is done most, series, project and unit type. OpenZeppelin's own
/// mappings of owners and balances stay empty.
abstract contract UnitLedger is RegistryModule, IERC4906, ERC721Upgradeable, ReentrancyGuardTransient, ICRU {
    /// @notice Kilograms of a series, a project or a unit type. Issuance and retirement touch `current` alone.
    /// @param current lanes `issued | buffer | retired`, and above them: the terms of a series (`SeriesState`), the deficit
    /// of a project
    /// @param ended lanes `cancelled | expired | exported`
    struct Sums {
        uint256 current;
        uint256 ended;
    }

    /// @param accounts how many blocks the account holds, ended ones included; the highest bit: it is suspended
    /// @param projectNumbers counted from 1 in the order of first issuance: a series has room for a number, not for an id
    /// @param importedVintages the one vintage of imported units, zero when nothing was imported under that report id
    /// @custom:storage-location erc7201:ogcr.storage.CRU
    struct CRUStorage {
        IMRVRegistry reports;
        uint24 lastProject;
        mapping(uint256 tokenId => Block) blocks;
        mapping(address account => uint256) accounts;
        mapping(Series series => Sums) series;
        mapping(bytes32 projectId => uint24) projectNumbers;
        mapping(uint24 number => Sums) projects;
        mapping(UnitType unitType => Sums) types;
        mapping(bytes14 reportId => uint16) importedVintages;
        mapping(uint8 code => ShortString) retirementReasons;
    }

    uint256 internal constant SUSPENDED = 1 << 255;

    // keccak256(abi.encode(uint256(keccak256("ogcr.storage.CRU")) - 1)) & ~bytes32(uint256(0xff))
    bytes32 private constant STORAGE = 0x41f28b862b751b438a5a1ce254c4350cf346443e7f5b82b19d7810bf5ea36800;

    /// @dev OpenZeppelin's `restricted` as a call: written out in each function it would take half a kilobyte more.
    modifier authorized() {
        _requireAuthorized();
        _;
    }

    /// @inheritdoc IERC721
    function balanceOf(address owner) public view virtual override(ERC721Upgradeable, IERC721) returns (uint256) {
        if (owner == address(0)) revert ERC721InvalidOwner(owner);
        return _storage().accounts[owner] & ~SUSPENDED;
    }

    /// @notice The collection's name, as `symbol`, is part of the code.
    function name() public pure override returns (string memory) {
        return "Carbon Removal Unit";
    }

    function symbol() public pure override returns (string memory) {
        return "CRU";
    }

    /// @dev Refused for a block that can no longer move, so that no approval outlives it.
    function approve(address to, uint256 tokenId) public virtual override(ERC721Upgradeable, IERC721) {
        Block block_ = _liveBlock(tokenId);
        if (to != address(0)) _requireNotSuspended(block_.owner());
        super.approve(to, tokenId);
    }

    /// @inheritdoc IERC721
    function transferFrom(address from, address to, uint256 tokenId)
        public
        virtual
        override(ERC721Upgradeable, IERC721)
        whenNotPaused
    {
        super.transferFrom(from, to, tokenId);
    }

    /// @dev It calls the receiver, so it is guarded (OGCR 5.4.3); a receiver passes units on by `transferFrom`.
    function safeTransferFrom(address from, address to, uint256 tokenId, bytes memory data)
        public
        virtual
        override(ERC721Upgradeable, IERC721)
        nonReentrant
    {
        super.safeTransferFrom(from, to, tokenId, data);
    }

    function _ownerOf(uint256 tokenId) internal view virtual override returns (address) {
        return _storage().blocks[tokenId].owner();
    }

    /// @dev Every change of an owner passes here. The contract's own address is the buffer: only issuance fills it, and
    /// only calls without `auth` take from it.
    function _update(address to, uint256 tokenId, address auth) internal virtual override returns (address from) {
        Block block_ = _storage().blocks[tokenId];
        from = block_.owner();
        // Two calls keep the compiler from writing the long part out for every kind of caller.
        if (from == address(0) && auth == address(0)) {
            _hand(tokenId, block_, to);
            return from;
        }
        if (auth != address(0) || from != address(this)) _requireLive(tokenId, block_);
        if (to == address(this)) revert CRUInvalidReceiver(to);
        if (auth != address(0)) _checkAuthorized(from, auth, tokenId);
        _hand(tokenId, block_, to);
    }

    /// @dev Suspension bars every transfer. Who burns or mints has judged that already: an operator cuts blocks of a
    /// suspended account.
    function _hand(uint256 tokenId, Block block_, address to) private {
        CRUStorage storage $ = _storage();
        address from = block_.owner();
        if (from != address(0) && to != address(0)) {
            _requireNotSuspended(from);
            _requireNotSuspended(to);
        }
        if (block_.isApproved()) super._approve(address(0), tokenId, address(0), false);
        unchecked {
            if (from != address(0)) --$.accounts[from];
            if (to != address(0)) ++$.accounts[to];
        }
        $.blocks[tokenId] = to == address(0) ? Block.wrap(0) : block_.withOwner(to).approved(false);
        emit Transfer(from, to, tokenId);
    }

    function _approve(address to, uint256 tokenId, address auth, bool emitEvent) internal virtual override {
        super._approve(to, tokenId, auth, emitEvent);
        Block block_ = _storage().blocks[tokenId];
        _storage().blocks[tokenId] = block_.approved(to != address(0));
    }

    /// @dev A suspended account may take back what it allowed, and allow nothing more.
    function _setApprovalForAll(address owner, address operator, bool approved) internal virtual override {
        if (approved) _requireNotSuspended(owner);
        super._setApprovalForAll(owner, operator, approved);
    }

    /// @dev Nor does a suspended account dispose of what others let it dispose of.
    function _checkAuthorized(address owner, address spender, uint256 tokenId) internal view virtual override {
        super._checkAuthorized(owner, spender, tokenId);
        if (spender != owner) _requireNotSuspended(spender);
    }

    /// @param block_ without owner
    function _mintBlock(address to, uint256 tokenId, Block block_) internal {
        _storage().blocks[tokenId] = block_;
        _mint(to, tokenId);
    }

    /// @notice Cuts `kg` off the end of a block, which the caller has seen to be live; the owner keeps both.
    /// @return tokenId_ the last `kg` of the block: all of it when it holds no more
    function _cut(uint256 tokenId, uint64 kg, Block block_) internal returns (uint256 tokenId_) {
        UnitId id = UnitId.wrap(tokenId);
        uint64 heldKg = id.quantityKg();
        if (kg == heldKg) return tokenId;
        if (kg == 0) revert CRUZeroAmount();
        if (kg > heldKg) revert CRUExceedsBlock(tokenId, kg);
        uint32 granularityKg = _stateOf(tokenId).granularityKg();
        if (kg % granularityKg != 0) revert CRUNotMultipleOfGranularity(kg, granularityKg);

        uint256[] memory parts = new uint256[](2);
        parts[0] = UnitId.unwrap(id.series().part(id.firstKg(), heldKg - kg));
        tokenId_ = parts[1] = UnitId.unwrap(id.series().part(id.firstKg() + heldKg - kg, kg));
        _replace(tokenId, block_, parts);
    }

    /// @notice Burns a block and mints the parts that it consists of.
    function _replace(uint256 tokenId, Block block_, uint256[] memory parts) internal {
        address owner = block_.owner();
        emit CRUSplit(tokenId, owner, parts);
        _burn(tokenId);
        block_ = block_.withOwner(address(0)).approved(false);
        for (uint256 i; i < parts.length; ++i) {
            _mintBlock(owner, parts[i], block_);
        }
    }

    /// @notice Every change of a status but the first passes here. A block that ends or is locked loses its approval.
    /// @param next the block with its new status
    function _change(uint256 tokenId, Block block_, Block next) internal {
        UnitStatus to = next.status();
        _countChange(tokenId, block_.status(), to);
        if (block_.isApproved()) _approve(address(0), tokenId, address(0));
        if (to != UnitStatus.Held && to != UnitStatus.Locked) next = next.endedNow();
        _storage().blocks[tokenId] = next.approved(false);
        emit MetadataUpdate(tokenId);
    }

    function _countChange(uint256 tokenId, UnitStatus from, UnitStatus to) internal virtual;

    /// No interaction is left to come after this one.
    function _requireReceived(address from, address to, uint256 tokenId) internal {
        if (tokenId != 0) ERC721Utils.checkOnERC721Received(_msgSender(), from, to, tokenId, "");
    }

    /// @return block_ a live block that `actor` may move, split, merge or end
    function _requireDisposable(uint256 tokenId, address actor) internal view returns (Block block_) {
        block_ = _liveBlock(tokenId);
        _checkAuthorized(block_.owner(), actor, tokenId);
        _requireNotSuspended(block_.owner());
    }

    function _liveBlock(uint256 tokenId) internal view returns (Block block_) {
        block_ = _existingBlock(tokenId);
        _requireLive(tokenId, block_);
    }

    function _existingBlock(uint256 tokenId) internal view returns (Block block_) {
        block_ = _storage().blocks[tokenId];
        if (!block_.exists()) revert ERC721NonexistentToken(tokenId);
    }

    function _requireLive(uint256 tokenId, Block block_) internal view {
        if (block_.status() != UnitStatus.Held) revert CRUUnitNotHeld(tokenId, block_.status());
        _requireNotExpired(tokenId, block_);
    }

    /// @dev By time alone, whether or not somebody called `expire`.
    function _requireNotExpired(uint256 tokenId, Block block_) internal view {
        if (!block_.expires()) return;
        uint16 endDay = _stateOf(tokenId).monitoringEndDay();
        if (_isOver(endDay)) revert CRUUnitExpired(tokenId, endDay);
    }

    /// @dev 65535 stands for every day that is too far away to be named: it never passes.
    function _isOver(uint16 endDay) internal view returns (bool) {
        return endDay != type(uint16).max && CalendarDays.today() > endDay;
    }

    function _requireAuthorized() private restricted {}

    function _requireNotSuspended(address account) internal view {
        if (isSuspended(account)) revert CRUAccountSuspended(account);
    }

    /// @inheritdoc ICRU
    function isSuspended(address account) public view returns (bool) {
        return _storage().accounts[account] & SUSPENDED != 0;
    }

    function _stateOf(uint256 tokenId) internal view returns (SeriesState) {
        return _stateOf(UnitId.wrap(tokenId).series());
    }

    function _stateOf(Series series) internal view returns (SeriesState) {
        return SeriesState.wrap(_storage().series[series].current);
    }

    function _requireWithin(string calldata text, uint256 limit) internal pure {
        uint256 length = bytes(text).length;
        if (length > limit) revert CRUTextTooLong(length, limit);
    }

    /// @dev One batch never mixes unit types.
    function _requireOneType(uint256[] calldata tokenIds) internal view {
        if (tokenIds.length == 0) revert CRUEmptyBatch();
        UnitType expected = _existingBlock(tokenIds[0]).unitType();
        for (uint256 i = 1; i < tokenIds.length; ++i) {
            UnitType unitType = _existingBlock(tokenIds[i]).unitType();
            if (unitType != expected) revert CRUNotSameType(tokenIds[i], unitType, expected);
        }
    }

    function _msgSender() internal view override(ContextUpgradeable, RegistryModule) returns (address) {
        return RegistryModule._msgSender();
    }

    function _msgData() internal view override(ContextUpgradeable, RegistryModule) returns (bytes calldata) {
        return RegistryModule._msgData();
    }

    function _contextSuffixLength()
        internal
        view
        override(ContextUpgradeable, RegistryModule)
        returns (uint256)
    {
        return RegistryModule._contextSuffixLength();
    }

    function _storage() internal pure returns (CRUStorage storage $) {
        assembly {
            $.slot := STORAGE
        }
    }
}
