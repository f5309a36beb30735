// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {UnitType} from "./IMethodologyRegistry.sol";
import {ReportStatus} from "./IMRVRegistry.sol";

/// @notice `Retired`, `Cancelled`, `Expired` and `Exported` are final.
enum UnitStatus {
    Held,
    Buffer,
    Retired,
    Cancelled,
    Expired,
    Exported
}

enum RetirementReason {
    None,
    VoluntaryClaim,
    Compliance,
    Contribution,
    NationalTarget,
    ProductClaim,
    Other
}

/// @param kg amount to issue, kg CO2e: a positive multiple of the methodology's granularity
struct IssuanceRequest {
    bytes14 reportId;
    uint16 vintage;
    uint64 kg;
}

/// @param reason any member of `RetirementReason` but `None`, as its number
/// @param beneficiary salted commitment to the beneficiary, zero when none is named; never a name
/// @param purpose what the units are used for, at most 200 bytes, no personal data
struct Retirement {
    uint8 reason;
    bytes32 beneficiary;
    string purpose;
}

/// @notice A block of units, read back from its serial number.
struct Unit {
    bytes14 reportId;
    uint16 vintage;
    uint64 firstKg;
    uint64 quantityKg;
    UnitType unitType;
    UnitStatus status;
    address owner;
    RetirementReason retirementReason;
    uint48 endedAt;
}

/// @title Carbon Removal Units (OGCR 5.2.3)
/// @notice A token is a block of units and its id is its serial number, from the high end:
/// `reportId (112 bits) | vintage (16) | firstKg (64) | quantityKg (64)`. For every report and vintage the existing
/// blocks partition `[0, issuedKg)`: every kilogram has exactly one owner or end.
interface ICRU {
    /// @notice Emitted before the `Transfer` event that creates the block.
    /// @param to the project's developer, or this contract for a block of the buffer
    event CRUMinted(
        uint256 indexed tokenId,
        bytes32 indexed projectId,
        address indexed to,
        bytes14 reportId,
        uint16 vintage,
        uint64 kg,
        UnitType unitType,
        UnitStatus status
    );
    /// @notice Emitted before the `Transfer` events that burn the block and mint its parts.
    event CRUSplit(uint256 indexed tokenId, address indexed owner, uint256[] parts);
    /// @notice Emitted before the `Transfer` events that burn the parts and mint the block.
    event CRUMerged(uint256 indexed tokenId, address indexed owner, uint256[] parts);
    /// @param owner holder of the block, who keeps it
    /// @param actor who retired it: the owner, or somebody whom the owner approved
    event CRURetired(
        uint256 indexed tokenId,
        address indexed owner,
        RetirementReason indexed reason,
        address actor,
        uint64 kg,
        bytes32 beneficiary,
        string purpose
    );

    error CRUZeroAddress();
    error CRUZeroAmount();
    error CRUEmptyBatch();
    error CRUReportNotVerified(bytes14 reportId, ReportStatus status);
    error CRUExceedsVerified(bytes14 reportId, uint16 vintage, uint64 requestedKg, uint64 issuableKg);
    error CRUNotMultipleOfGranularity(uint64 kg, uint32 granularityKg);
    error CRUUnitNotHeld(uint256 tokenId, UnitStatus status);
    /// @param sumKg what the parts of a split sum to
    error CRUSumMismatch(uint256 tokenId, uint256 sumKg);
    error CRUTooFewParts(uint256 count);
    /// @param nextTokenId does not begin where `tokenId` ends, or is of another report or vintage
    error CRUNotAdjacent(uint256 tokenId, uint256 nextTokenId);
    /// @param owner of that block, not of the first one
    error CRUNotSameOwner(uint256 tokenId, address owner);
    error CRUInvalidReason(uint8 reason);
    error CRUInvalidReceiver(address receiver);
    error CRUTextTooLong(uint256 length, uint256 limit);

    /// @notice Issues units to the project's developer, up to verified minus issued, by an operator. The
    /// methodology's buffer share (rounded up, in whole granules) goes to the buffer as the last sub-block.
    /// @return tokenId the developer's block, zero when the buffer takes it all
    function mint(bytes14 reportId, uint16 vintage, uint64 kg) external returns (uint256 tokenId);

    /// @notice `mint` for each request, all or none.
    function mintBatch(IssuanceRequest[] calldata requests) external returns (uint256[] memory tokenIds);

    /// @notice Issues whatever whole granules a report's verification made due; called by `MRVRegistry` once, in the
    /// verification transaction, without a receiver callback so that no receiver can veto a verification.
    function mintOnVerification(bytes14 reportId) external;

    /// @notice Moves several blocks; each must be the caller's or approved to the caller. A receiver that is a contract
    /// must accept each of them, as in `safeTransferFrom`; it is asked when all have moved.
    function transferBatch(address to, uint256[] calldata tokenIds) external;

    /// @notice Cuts a held block into consecutive blocks of `quantitiesKg`, in order; they stay with the owner.
    function split(uint256 tokenId, uint64[] calldata quantitiesKg) external returns (uint256[] memory parts);

    /// @notice Joins consecutive held blocks of one report, vintage and owner, given in order.
    function merge(uint256[] calldata tokenIds) external returns (uint256 tokenId);

    /// @notice Ends a held block for a claim, by its owner or somebody approved for it; final; never paused. The block
    /// stays with its owner, its approval ends.
    function retire(uint256 tokenId, Retirement calldata retirement) external;

    /// @notice `retire` for each block, all or none.
    function retireBatch(uint256[] calldata tokenIds, Retirement calldata retirement) external;

    function unit(uint256 tokenId) external view returns (Unit memory);

    /// @notice kg CO2e issued so far for one vintage of a report, buffer included.
    function issuedKg(bytes14 reportId, uint16 vintage) external view returns (uint64);

    function tokenIdOf(bytes14 reportId, uint16 vintage, uint64 firstKg, uint64 quantityKg)
        external
        pure
        returns (uint256);
}
