// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {ContextUpgradeable} from "@openzeppelin/contracts-upgradeable/utils/ContextUpgradeable.sol";
import {ERC721Upgradeable} from "@openzeppelin/contracts-upgradeable/token/ERC721/ERC721Upgradeable.sol";
import {ERC721Utils} from "@openzeppelin/contracts/token/ERC721/utils/ERC721Utils.sol";
import {IERC165} from "@openzeppelin/contracts/utils/introspection/IERC165.sol";
import {IERC4906} from "@openzeppelin/contracts/interfaces/IERC4906.sol";
import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {ICRU, IssuanceRequest, Retirement, RetirementReason, Unit, UnitStatus} from "./interfaces/ICRU.sol";
import {UnitType} from "./interfaces/IMethodologyRegistry.sol";
import {IMRVRegistry, IssuanceTerms, ReportStatus, VintageAmount} from "./interfaces/IMRVRegistry.sol";
import {Series, seriesOf, UnitId} from "./libraries/UnitId.sol";
import {UnitMetadata} from "./libraries/UnitMetadata.sol";
import {RegistryModule} from "./RegistryModule.sol";

/// @title Carbon Removal Units, each block an ERC-721 token (OGCR 5.2.3)
contract CRU is RegistryModule, IERC4906, ERC721Upgradeable, ReentrancyGuardTransient, ICRU {
    /// @dev Granularity and unit type are kept so that a split need not ask the report.
    struct Issuance {
        uint64 issuedKg;
        uint32 granularityKg;
        UnitType unitType;
    }

    /// @param status `Held` while the block has not ended
    struct Ending {
        UnitStatus status;
        RetirementReason reason;
        uint48 endedAt;
    }

    /// @custom:storage-location erc7201:ogcr.storage.CRU
    struct CRUStorage {
        IMRVRegistry reports;
        mapping(Series series => Issuance) issuances;
        mapping(uint256 tokenId => Ending) endings;
    }

    // keccak256(abi.encode(uint256(keccak256("ogcr.storage.CRU")) - 1)) & ~bytes32(uint256(0xff))
    bytes32 private constant STORAGE = 0x41f28b862b751b438a5a1ce254c4350cf346443e7f5b82b19d7810bf5ea36800;

    /// ERC-4906 has no function that an id could be computed from.
    bytes4 private constant ERC4906_INTERFACE_ID = 0x49064906;

    uint256 private constant PURPOSE_LIMIT = 200;
    uint256 private constant BASIS_POINTS = 10_000;

    /// @custom:oz-upgrades-unsafe-allow constructor
    constructor(address trustedForwarder) RegistryModule(trustedForwarder) {}

    /// @param authority_ the registry's `RegistryAccessControl`
    /// @param reports_ the registry's `MRVRegistry`
    function initialize(address authority_, address reports_) external initializer {
        if (authority_ == address(0) || reports_ == address(0)) revert CRUZeroAddress();
        __RegistryModule_init(authority_);
        __ERC721_init("Carbon Removal Unit", "CRU");
        _storage().reports = IMRVRegistry(reports_);
    }

    /// @inheritdoc ICRU
    function mint(bytes14 reportId, uint16 vintage, uint64 kg)
        external
        restricted
        whenNotPaused
        nonReentrant
        returns (uint256 tokenId)
    {
        address developer;
        (tokenId, developer) = _issueRequested(reportId, vintage, kg);
        _requireReceived(address(0), developer, tokenId);
    }

    /// @inheritdoc ICRU
    function mintBatch(IssuanceRequest[] calldata requests)
        external
        restricted
        whenNotPaused
        nonReentrant
        returns (uint256[] memory tokenIds)
    {
        if (requests.length == 0) revert CRUEmptyBatch();
        tokenIds = new uint256[](requests.length);
        address[] memory developers = new address[](requests.length);
        for (uint256 i; i < requests.length; ++i) {
            IssuanceRequest calldata request = requests[i];
            (tokenIds[i], developers[i]) = _issueRequested(request.reportId, request.vintage, request.kg);
        }
        for (uint256 i; i < requests.length; ++i) {
            _requireReceived(address(0), developers[i], tokenIds[i]);
        }
    }

    /// @inheritdoc ICRU
    function mintOnVerification(bytes14 reportId) external restricted whenNotPaused nonReentrant {
        IMRVRegistry reports = _storage().reports;
        IssuanceTerms memory terms = reports.issuanceTerms(reportId);
        _requireVerified(reportId, terms.status);
        VintageAmount[] memory vintages = reports.verifiedVintages(reportId);
        for (uint256 i; i < vintages.length; ++i) {
            Series series = seriesOf(reportId, vintages[i].vintage);
            uint64 issuableKg = vintages[i].kg - _storage().issuances[series].issuedKg;
            uint64 wholeKg = issuableKg - issuableKg % terms.granularityKg;
            if (wholeKg != 0) _issue(terms, series, wholeKg);
        }
    }

    /// @inheritdoc ICRU
    function transferBatch(address to, uint256[] calldata tokenIds) external nonReentrant {
        if (tokenIds.length == 0) revert CRUEmptyBatch();
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
    function split(uint256 tokenId, uint64[] calldata quantitiesKg) external returns (uint256[] memory parts) {
        address owner = _requireDisposable(tokenId);
        parts = _partsOf(UnitId.wrap(tokenId), quantitiesKg);

        emit CRUSplit(tokenId, owner, parts);
        _burn(tokenId);
        for (uint256 i; i < parts.length; ++i) {
            _mint(owner, parts[i]);
        }
    }

    /// @inheritdoc ICRU
    function merge(uint256[] calldata tokenIds) external returns (uint256 tokenId) {
        address owner;
        (tokenId, owner) = _wholeOf(tokenIds);

        emit CRUMerged(tokenId, owner, tokenIds);
        for (uint256 i; i < tokenIds.length; ++i) {
            _burn(tokenIds[i]);
        }
        _mint(owner, tokenId);
    }

    /// @inheritdoc ICRU
    function retire(uint256 tokenId, Retirement calldata retirement) external {
        _requireSound(retirement);
        _retire(tokenId, retirement);
    }

    /// @inheritdoc ICRU
    function retireBatch(uint256[] calldata tokenIds, Retirement calldata retirement) external {
        if (tokenIds.length == 0) revert CRUEmptyBatch();
        _requireSound(retirement);
        for (uint256 i; i < tokenIds.length; ++i) {
            _retire(tokenIds[i], retirement);
        }
    }

    /// @dev Refused for a block that can no longer move, so that no approval outlives it.
    function approve(address to, uint256 tokenId) public virtual override(ERC721Upgradeable, IERC721) {
        _requireHeld(tokenId, _requireOwned(tokenId));
        super.approve(to, tokenId);
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

    /// @inheritdoc ICRU
    function unit(uint256 tokenId) public view returns (Unit memory) {
        address owner = _requireOwned(tokenId);
        UnitId id = UnitId.wrap(tokenId);
        Ending memory ending = _storage().endings[tokenId];
        return Unit({
            reportId: id.reportId(),
            vintage: id.vintage(),
            firstKg: id.firstKg(),
            quantityKg: id.quantityKg(),
            unitType: _storage().issuances[id.series()].unitType,
            status: _statusOf(tokenId, owner),
            owner: owner,
            retirementReason: ending.reason,
            endedAt: ending.endedAt
        });
    }

    /// @inheritdoc ICRU
    function issuedKg(bytes14 reportId, uint16 vintage) external view returns (uint64) {
        return _storage().issuances[seriesOf(reportId, vintage)].issuedKg;
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
        Unit memory unit_ = unit(tokenId);
        return UnitMetadata.uri(unit_, _storage().reports.report(unit_.reportId));
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

    /// @dev Every change of an owner passes here. The contract's own address is the buffer, which only issuance fills.
    function _update(address to, uint256 tokenId, address auth) internal virtual override returns (address) {
        _requireNotPaused();
        address owner = _ownerOf(tokenId);
        if (owner != address(0)) {
            _requireHeld(tokenId, owner);
            if (to == address(this)) revert CRUInvalidReceiver(to);
        }
        return super._update(to, tokenId, auth);
    }

    function _issueRequested(bytes14 reportId, uint16 vintage, uint64 kg)
        private
        returns (uint256 tokenId, address developer)
    {
        (IssuanceTerms memory terms, uint64 verifiedKg) = _storage().reports.vintageTerms(reportId, vintage);
        _requireVerified(reportId, terms.status);
        if (kg == 0) revert CRUZeroAmount();
        if (kg % terms.granularityKg != 0) revert CRUNotMultipleOfGranularity(kg, terms.granularityKg);
        Series series = seriesOf(reportId, vintage);
        uint64 issuableKg = verifiedKg - _storage().issuances[series].issuedKg;
        if (kg > issuableKg) revert CRUExceedsVerified(reportId, vintage, kg, issuableKg);

        return (_issue(terms, series, kg), terms.developer);
    }

    /// @return tokenId the developer's block, zero when the buffer takes it all
    function _issue(IssuanceTerms memory terms, Series series, uint64 kg) private returns (uint256 tokenId) {
        Issuance storage issuance = _storage().issuances[series];
        uint64 firstKg = issuance.issuedKg;
        uint64 ownKg = kg - _bufferKg(terms, kg);
        (issuance.issuedKg, issuance.granularityKg, issuance.unitType) =
            (firstKg + kg, terms.granularityKg, terms.unitType);
        if (ownKg != 0) {
            tokenId = _create(terms, series.part(firstKg, ownKg), terms.developer, UnitStatus.Held);
        }
        if (ownKg != kg) {
            _create(terms, series.part(firstKg + ownKg, kg - ownKg), address(this), UnitStatus.Buffer);
        }
    }

    function _create(IssuanceTerms memory terms, UnitId id, address to, UnitStatus status)
        private
        returns (uint256 tokenId)
    {
        tokenId = UnitId.unwrap(id);
        emit CRUMinted(
            tokenId, terms.projectId, to, id.reportId(), id.vintage(), id.quantityKg(), terms.unitType, status
        );
        _mint(to, tokenId);
    }

    function _retire(uint256 tokenId, Retirement calldata retirement) private {
        address owner = _requireDisposable(tokenId);

        _storage().endings[tokenId] =
            Ending(UnitStatus.Retired, RetirementReason(retirement.reason), uint48(block.timestamp));
        if (_getApproved(tokenId) != address(0)) _approve(address(0), tokenId, address(0));
        emit CRURetired(
            tokenId,
            owner,
            RetirementReason(retirement.reason),
            _msgSender(),
            UnitId.wrap(tokenId).quantityKg(),
            retirement.beneficiary,
            retirement.purpose
        );
        emit MetadataUpdate(tokenId);
    }

    /// No interaction is left to come after this one.
    function _requireReceived(address from, address to, uint256 tokenId) private {
        if (tokenId != 0) ERC721Utils.checkOnERC721Received(_msgSender(), from, to, tokenId, "");
    }

    /// @return owner of a held block that the caller may move, split, merge or retire
    function _requireDisposable(uint256 tokenId) private view returns (address owner) {
        owner = _requireOwned(tokenId);
        _requireHeld(tokenId, owner);
        _checkAuthorized(owner, _msgSender(), tokenId);
    }

    function _requireHeld(uint256 tokenId, address owner) private view {
        UnitStatus status = _statusOf(tokenId, owner);
        if (status != UnitStatus.Held) revert CRUUnitNotHeld(tokenId, status);
    }

    function _statusOf(uint256 tokenId, address owner) private view returns (UnitStatus) {
        return owner == address(this) ? UnitStatus.Buffer : _storage().endings[tokenId].status;
    }

    function _partsOf(UnitId id, uint64[] calldata quantitiesKg) private view returns (uint256[] memory parts) {
        if (quantitiesKg.length < 2) revert CRUTooFewParts(quantitiesKg.length);
        uint32 granularityKg = _storage().issuances[id.series()].granularityKg;
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

    function _wholeOf(uint256[] calldata tokenIds) private view returns (uint256 tokenId, address owner) {
        if (tokenIds.length < 2) revert CRUTooFewParts(tokenIds.length);
        UnitId first = UnitId.wrap(tokenIds[0]);
        owner = _requireDisposable(tokenIds[0]);
        UnitId last = first;
        for (uint256 i = 1; i < tokenIds.length; ++i) {
            UnitId next = UnitId.wrap(tokenIds[i]);
            if (Series.unwrap(next.series()) != Series.unwrap(last.series()) || next.firstKg() != last.nextKg()) {
                revert CRUNotAdjacent(UnitId.unwrap(last), tokenIds[i]);
            }
            address nextOwner = _requireOwned(tokenIds[i]);
            if (nextOwner != owner) revert CRUNotSameOwner(tokenIds[i], nextOwner);
            _requireDisposable(tokenIds[i]);
            last = next;
        }
        return (UnitId.unwrap(first.series().part(first.firstKg(), uint64(last.nextKg() - first.firstKg()))), owner);
    }

    /// @return kg the buffer's share, rounded up to whole granules
    function _bufferKg(IssuanceTerms memory terms, uint64 kg) private pure returns (uint64) {
        uint256 granules = Math.ceilDiv(uint256(kg / terms.granularityKg) * terms.bufferRateBps, BASIS_POINTS);
        return uint64(granules * terms.granularityKg);
    }

    function _requireVerified(bytes14 reportId, ReportStatus status) private pure {
        if (status != ReportStatus.Verified) revert CRUReportNotVerified(reportId, status);
    }

    function _requireSound(Retirement calldata retirement) private pure {
        uint8 reason = retirement.reason;
        if (reason == 0 || reason > uint8(type(RetirementReason).max)) revert CRUInvalidReason(reason);
        uint256 length = bytes(retirement.purpose).length;
        if (length > PURPOSE_LIMIT) revert CRUTextTooLong(length, PURPOSE_LIMIT);
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

    function _storage() private pure returns (CRUStorage storage $) {
        assembly {
            $.slot := STORAGE
        }
    }
}
