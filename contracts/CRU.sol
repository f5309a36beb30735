// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {ERC721Upgradeable} from "@openzeppelin/contracts-upgradeable/token/ERC721/ERC721Upgradeable.sol";
import {IERC165} from "@openzeppelin/contracts/utils/introspection/IERC165.sol";
import {ICRU, Unit, UnitStatus} from "./interfaces/ICRU.sol";
import {UnitType} from "./interfaces/IMethodologyRegistry.sol";
import {IMRVRegistry, IssuanceTerms} from "./interfaces/IMRVRegistry.sol";
import {Block} from "./libraries/Block.sol";
import {Series, seriesOf, UnitId} from "./libraries/UnitId.sol";
import {RegistryModule} from "./RegistryModule.sol";
import {UnitRenderer} from "./UnitRenderer.sol";
import {UnitEndings} from "./units/UnitEndings.sol";
import {UnitIssuance} from "./units/UnitIssuance.sol";

/// @title Carbon Removal Units, each block an ERC-721 token (OGCR 5.2.3)
contract CRU is UnitIssuance, UnitEndings {
    /// ERC-4906 has no function that an id could be computed from.
    bytes4 private constant ERC4906_INTERFACE_ID = 0x49064906;

    uint256 private constant REASON_LIMIT = 500;

    /// @notice Writes `tokenURI`; made with this code and replaced with it.
    /// @custom:oz-upgrades-unsafe-allow state-variable-immutable
    UnitRenderer public immutable renderer;

    /// @custom:oz-upgrades-unsafe-allow constructor
    constructor(address trustedForwarder) RegistryModule(trustedForwarder) {
        renderer = new UnitRenderer();
    }

    /// @param authority_ the registry's `RegistryAccessControl`
    /// @param reports_ the registry's `MRVRegistry`
    /// @custom:oz-upgrades-unsafe-allow missing-initializer-call
    function initialize(address authority_, address reports_) external initializer {
        if (authority_ == address(0) || reports_ == address(0)) revert CRUZeroAddress();
        __RegistryModule_init(authority_);
        _storage().reports = IMRVRegistry(reports_);
    }

    /// @inheritdoc ICRU
    function transferPart(address to, uint256 tokenId, uint64 kg)
        external
        whenNotPaused
        nonReentrant
        returns (uint256 movedId)
    {
        if (to == address(0)) revert ERC721InvalidReceiver(to);
        Block block_ = _requireDisposable(tokenId, _msgSender());
        movedId = _cut(tokenId, kg, block_);
        _update(to, movedId, address(0));
        _requireReceived(block_.owner(), to, movedId);
    }

    /// @inheritdoc ICRU
    function transferBatch(address to, uint256[] calldata tokenIds) external whenNotPaused nonReentrant {
        _requireOneType(tokenIds);
        if (to == address(0)) revert ERC721InvalidReceiver(to);
        address[] memory owners = new address[](tokenIds.length);
        for (uint256 i; i < tokenIds.length; ++i) {
            owners[i] = _update(to, tokenIds[i], _msgSender());
        }
        for (uint256 i; i < tokenIds.length; ++i) {
            _requireReceived(owners[i], to, tokenIds[i]);
        }
    }

    /// @inheritdoc ICRU
    function split(uint256 tokenId, uint64[] calldata quantitiesKg)
        external
        whenNotPaused
        returns (uint256[] memory parts)
    {
        Block block_ = _requireDisposable(tokenId, _msgSender());
        parts = _partsOf(UnitId.wrap(tokenId), quantitiesKg);
        _replace(tokenId, block_, parts);
    }

    /// @inheritdoc ICRU
    function merge(uint256[] calldata tokenIds) external whenNotPaused returns (uint256 tokenId) {
        Block first;
        (tokenId, first) = _wholeOf(tokenIds);

        emit CRUMerged(tokenId, first.owner(), tokenIds);
        for (uint256 i; i < tokenIds.length; ++i) {
            _burn(tokenIds[i]);
        }
        _mintBlock(first.owner(), tokenId, first.withOwner(address(0)).approved(false));
    }

    /// @inheritdoc ICRU
    function releaseBuffer(uint256 tokenId, uint64 kg, bytes32 evidenceHash)
        external
        authorized
        whenNotPaused
        nonReentrant
        returns (uint256 releasedId)
    {
        if (evidenceHash == 0) revert CRUZeroHash();
        Block block_ = _existingBlock(tokenId);
        if (block_.status() != UnitStatus.Buffer) revert CRUUnexpectedStatus(tokenId, block_.status());
        address developer = _requireReleasable(tokenId, block_);

        releasedId = _cut(tokenId, kg, block_);
        emit BufferReleased(releasedId, developer, _msgSender(), UnitId.wrap(releasedId).quantityKg(), evidenceHash);
        _change(releasedId, block_, block_.withStatus(UnitStatus.Held));
        _update(developer, releasedId, address(0));
        _requireReceived(address(this), developer, releasedId);
    }

    /// @inheritdoc ICRU
    function suspendAccount(address account, bytes32 evidenceHash, string calldata reason) external authorized {
        if (account == address(0) || account == address(this)) revert CRUCannotSuspend(account);
        _requireNotSuspended(account);
        _requireGrounds(evidenceHash, reason);

        _storage().accounts[account] |= SUSPENDED;
        emit AccountSuspended(account, _msgSender(), evidenceHash, reason);
    }

    /// @inheritdoc ICRU
    function reinstateAccount(address account, bytes32 evidenceHash, string calldata reason) external authorized {
        if (!isSuspended(account)) revert CRUAccountNotSuspended(account);
        _requireGrounds(evidenceHash, reason);

        _storage().accounts[account] &= ~SUSPENDED;
        emit AccountReinstated(account, _msgSender(), evidenceHash, reason);
    }

    /// @inheritdoc ICRU
    function unit(uint256 tokenId) external view returns (Unit memory) {
        Block block_ = _existingBlock(tokenId);
        UnitId id = UnitId.wrap(tokenId);
        return Unit({
            reportId: id.reportId(),
            vintage: id.vintage(),
            firstKg: id.firstKg(),
            quantityKg: id.quantityKg(),
            unitType: block_.unitType(),
            status: block_.status(),
            owner: block_.owner(),
            retirementReason: block_.reason(),
            endedAt: block_.endedAt(),
            expires: block_.expires(),
            monitoringEndDay: _stateOf(tokenId).monitoringEndDay()
        });
    }

    /// @inheritdoc ICRU
    function tokenIdOf(bytes14 reportId, uint16 vintage, uint64 firstKg, uint64 quantityKg)
        external
        pure
        returns (uint256)
    {
        return UnitId.unwrap(seriesOf(reportId, vintage).part(firstKg, quantityKg));
    }

    /// @notice ERC-721 metadata as a data URI, made on chain from what the serial number says.
    function tokenURI(uint256 tokenId) public view virtual override returns (string memory) {
        return renderer.tokenURI(this, _storage().reports, tokenId);
    }

    /// @inheritdoc IERC165
    function supportsInterface(bytes4 interfaceId)
        public
        view
        virtual
        override(ERC721Upgradeable, IERC165)
        returns (bool)
    {
        return interfaceId == type(ICRU).interfaceId || interfaceId == ERC4906_INTERFACE_ID
            || super.supportsInterface(interfaceId);
    }

    /// @return developer whom the buffer block goes to
    function _requireReleasable(uint256 tokenId, Block block_) private view returns (address developer) {
        UnitId id = UnitId.wrap(tokenId);
        uint16 endDay = _stateOf(tokenId).monitoringEndDay();
        if (!_isOver(endDay)) revert CRUMonitoringNotOver(tokenId, endDay);
        if (block_.expires()) revert CRUUnitExpired(tokenId, endDay);
        IssuanceTerms memory terms = _storage().reports.issuanceTerms(id.reportId());
        uint64 owedKg = deficitKg(terms.projectId);
        if (owedKg != 0) revert CRUProjectHasDeficit(terms.projectId, owedKg);
        return terms.developer;
    }

    function _partsOf(UnitId id, uint64[] calldata quantitiesKg) private view returns (uint256[] memory parts) {
        if (quantitiesKg.length < 2) revert CRUTooFewParts(quantitiesKg.length);
        uint32 granularityKg = _stateOf(UnitId.unwrap(id)).granularityKg();
        uint256 sumKg;
        parts = new uint256[](quantitiesKg.length);
        for (uint256 i; i < quantitiesKg.length; ++i) {
            uint64 kg = quantitiesKg[i];
            if (kg == 0) revert CRUZeroAmount();
            if (kg % granularityKg != 0) revert CRUNotMultipleOfGranularity(kg, granularityKg);
            // A first kilogram past 64 bits belongs to a sum that is refused below.
            unchecked {
                parts[i] = UnitId.unwrap(id.series().part(id.firstKg() + uint64(sumKg), kg));
            }
            sumKg += kg;
        }
        if (sumKg != id.quantityKg()) revert CRUSumMismatch(UnitId.unwrap(id), sumKg);
    }

    function _wholeOf(uint256[] calldata tokenIds) private view returns (uint256 tokenId, Block first) {
        if (tokenIds.length < 2) revert CRUTooFewParts(tokenIds.length);
        UnitId start = UnitId.wrap(tokenIds[0]);
        first = _requireDisposable(tokenIds[0], _msgSender());
        UnitId last = start;
        for (uint256 i = 1; i < tokenIds.length; ++i) {
            UnitId next = UnitId.wrap(tokenIds[i]);
            if (Series.unwrap(next.series()) != Series.unwrap(last.series()) || next.firstKg() != last.nextKg()) {
                revert CRUNotAdjacent(UnitId.unwrap(last), tokenIds[i]);
            }
            address owner = _existingBlock(tokenIds[i]).owner();
            if (owner != first.owner()) revert CRUNotSameOwner(tokenIds[i], owner);
            _requireDisposable(tokenIds[i], _msgSender());
            last = next;
        }
        uint64 kg = uint64(last.nextKg() - start.firstKg());
        return (UnitId.unwrap(start.series().part(start.firstKg(), kg)), first);
    }

    function _requireGrounds(bytes32 evidenceHash, string calldata reason) private pure {
        if (evidenceHash == 0) revert CRUZeroHash();
        if (bytes(reason).length == 0) revert CRUReasonRequired();
        _requireWithin(reason, REASON_LIMIT);
    }
}
