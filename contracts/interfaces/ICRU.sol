// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {UnitType} from "./IMethodologyRegistry.sol";
import {ReportStatus} from "./IMRVRegistry.sol";

/// @notice `Retired`, `Cancelled`, `Expired` and `Exported` are final. `Locked` waits for the end of an export.
enum UnitStatus {
    Held,
    Buffer,
    Retired,
    Cancelled,
    Expired,
    Exported,
    Locked
}

/// @notice Reasons known from the start; more are added by `addRetirementReason` under further codes.
enum RetirementReason {
    None,
    VoluntaryClaim,
    Compliance,
    Contribution,
    NationalTarget,
    ProductClaim,
    Other
}

/// @notice `Voluntary` and `Other` are the holder's, `ErroneousIssuance` and `Fraud` the operator's, `Reversal` and
/// `Compensation` belong to `ReversalRegistry`.
enum CancellationReason {
    None,
    Voluntary,
    Other,
    ErroneousIssuance,
    Fraud,
    Reversal,
    Compensation
}

/// @param kg amount to issue, kg CO2e: a positive multiple of the methodology's granularity
struct IssuanceRequest {
    bytes14 reportId;
    uint16 vintage;
    uint64 kg;
}

/// @param reason a member of `RetirementReason` but `None`, or a code that was added
/// @param beneficiary salted commitment to the beneficiary, zero when none is named; never a name
/// @param purpose what the units are used for, at most 200 bytes, no personal data
/// @param claimStartDay first day of the period that the claim is for, UTC days since 1970-01-01
/// @param claimEndDay last day of it, included; both zero when the claim names no period
struct Retirement {
    uint8 reason;
    bytes32 beneficiary;
    string purpose;
    uint16 claimStartDay;
    uint16 claimEndDay;
}

/// @param beneficiary salted commitment to whom the cancellation is for, never zero (Regulation (EU) 2025/2358 Art. 16(1)(e))
/// @param purpose 1 to 200 bytes, no personal data
struct Cancellation {
    CancellationReason reason;
    bytes32 beneficiary;
    string purpose;
}

/// @notice A block of units, read back from its serial number.
/// @param expires true: after `monitoringEndDay` it can neither move nor retire (unless it has ended before)
/// @param retirementReason code of the retirement, zero when it is not retired
/// @param endedAt UNIX seconds of the retirement, cancellation, expiry or export, zero before
struct Unit {
    bytes14 reportId;
    uint16 vintage;
    uint64 firstKg;
    uint64 quantityKg;
    UnitType unitType;
    UnitStatus status;
    address owner;
    uint8 retirementReason;
    uint48 endedAt;
    bool expires;
    uint16 monitoringEndDay;
}

/// @notice kg CO2e: `issuedKg` is the sum of all others, always. Locked units count as held; a unit whose time is over
/// counts as what it was until somebody calls `expire`.
struct Supply {
    uint64 issuedKg;
    uint64 heldKg;
    uint64 bufferKg;
    uint64 retiredKg;
    uint64 cancelledKg;
    uint64 expiredKg;
    uint64 exportedKg;
}

/// @notice Units of another registry that become units of this one.
/// @param reportId the id that stands for the origin's serial number, see `IUnitExchange`
/// @param projectId the id that stands for the origin's project, see `IUnitExchange`
struct ImportedUnits {
    bytes14 reportId;
    bytes32 projectId;
    address to;
    uint16 vintage;
    uint64 kg;
    UnitType unitType;
    uint32 granularityKg;
    bool expires;
    uint16 monitoringEndDay;
}

/// @title Carbon Removal Units (OGCR 5.2.3)
/// @notice A token is a block of units and its id is its serial number, from the high end:
/// `reportId (112 bits) | vintage (16) | firstKg (64) | quantityKg (64)`. For every report and vintage the existing
/// blocks partition `[0, issuedKg)`: every kilogram has exactly one owner or end.
/// @dev Where a function takes a `tokenId` and `kg`, it acts on the last `kg` of the block: `CRUSplit` and the two
/// `Transfer` pairs come first unless `kg` is the whole block. The owner keeps the first sub-block.
/// A suspended account neither receives nor disposes of units in whatever way.
interface ICRU {
    /// @notice Emitted before the `Transfer` event that creates the block.
    /// @param to the project's developer, this contract for a block of the buffer, or the receiver of an import
    event CRUMinted(
        uint256 indexed tokenId,
        bytes32 indexed projectId,
        address indexed to,
        bytes14 reportId,
        uint16 vintage,
        uint64 kg,
        UnitType unitType,
        UnitStatus status,
        bool expires,
        uint16 monitoringEndDay
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
        uint8 indexed reason,
        address actor,
        uint64 kg,
        bytes32 beneficiary,
        string purpose,
        uint16 claimStartDay,
        uint16 claimEndDay
    );
    /// @param owner holder of the block, this contract for a block of the buffer
    event CRUCancelled(
        uint256 indexed tokenId,
        address indexed owner,
        CancellationReason indexed reason,
        address actor,
        uint64 kg,
        bytes32 beneficiary,
        string purpose
    );
    event CRUExpired(uint256 indexed tokenId, address indexed owner, address indexed actor, uint64 kg);
    /// @notice The monitoring period of every unit of a report and vintage, issued or to be issued, ends later.
    event MonitoringProlonged(
        bytes14 indexed reportId,
        uint16 indexed vintage,
        address indexed actor,
        uint16 monitoringEndDay,
        bytes32 evidenceHash,
        string uri
    );
    /// @notice Emitted before the `Transfer` event from the buffer to the project's developer.
    event BufferReleased(
        uint256 indexed tokenId, address indexed to, address indexed actor, uint64 kg, bytes32 evidenceHash
    );
    /// @notice Emitted when a block is locked (`Locked`), unlocked (`Held`) or ended (`Exported`) for an export.
    event ExportStatusChanged(uint256 indexed tokenId, address indexed owner, UnitStatus indexed status);
    event DeficitChanged(bytes32 indexed projectId, uint64 deficitKg);
    event AccountSuspended(address indexed account, address indexed actor, bytes32 evidenceHash, string reason);
    event AccountReinstated(address indexed account, address indexed actor, bytes32 evidenceHash, string reason);
    event RetirementReasonAdded(uint8 indexed code, address indexed actor, string label);

    error CRUZeroAddress();
    error CRUZeroAmount();
    error CRUZeroHash();
    error CRUEmptyBatch();
    error CRUReportNotVerified(bytes14 reportId, ReportStatus status);
    error CRUExceedsVerified(bytes14 reportId, uint16 vintage, uint64 requestedKg, uint64 issuableKg);
    /// @notice Nothing is issued to a project with a deficit.
    error CRUProjectHasDeficit(bytes32 projectId, uint64 deficitKg);
    error CRUNotMultipleOfGranularity(uint64 kg, uint32 granularityKg);
    error CRUUnitNotHeld(uint256 tokenId, UnitStatus status);
    error CRUUnexpectedStatus(uint256 tokenId, UnitStatus status);
    error CRUUnitExpired(uint256 tokenId, uint16 monitoringEndDay);
    error CRUUnitNotExpired(uint256 tokenId, uint16 monitoringEndDay);
    error CRUNeverExpires(uint256 tokenId);
    /// @param monitoringEndDay present end of the monitoring period, zero when units of that report never expire
    error CRUCannotProlong(bytes14 reportId, uint16 vintage, uint16 monitoringEndDay, uint16 requestedEndDay);
    error CRUMonitoringNotOver(uint256 tokenId, uint16 monitoringEndDay);
    /// @param sumKg what the parts of a split sum to
    error CRUSumMismatch(uint256 tokenId, uint256 sumKg);
    /// @notice The block holds less than what was asked of it.
    error CRUExceedsBlock(uint256 tokenId, uint64 requestedKg);
    error CRUTooFewParts(uint256 count);
    /// @param nextTokenId does not begin where `tokenId` ends, or is of another report or vintage
    error CRUNotAdjacent(uint256 tokenId, uint256 nextTokenId);
    /// @param owner of that block, not of the first one
    error CRUNotSameOwner(uint256 tokenId, address owner);
    /// @notice One batch never mixes unit types.
    error CRUNotSameType(uint256 tokenId, UnitType unitType, UnitType expected);
    error CRUInvalidReason(uint8 reason);
    error CRUInvalidClaimPeriod(uint16 claimStartDay, uint16 claimEndDay);
    error CRUInvalidReceiver(address receiver);
    error CRUInvalidVintage(uint16 vintage);
    error CRUBeneficiaryRequired();
    error CRUPurposeRequired();
    error CRUReasonRequired();
    error CRUTextTooLong(uint256 length, uint256 limit);
    error CRUAccountSuspended(address account);
    error CRUAccountNotSuspended(address account);
    error CRUCannotSuspend(address account);
    error CRUReasonTaken(uint8 code);
    error CRUInvalidLabel(string label);
    error CRUAmountTooLarge(uint64 kg, uint64 limit);
    error CRUAlreadyImported(bytes14 reportId);

    /// @notice Issues units to the project's developer, up to what the report's verification made issuable minus issued,
    /// by an operator. The methodology's buffer share (of all that was issued of that vintage so far, rounded up, in
    /// whole granules) goes to the buffer as the last sub-block.
    /// @return tokenId the developer's block, zero when the buffer takes it all
    function mint(bytes14 reportId, uint16 vintage, uint64 kg) external returns (uint256 tokenId);

    /// @notice `mint` for each request, all or none.
    function mintBatch(IssuanceRequest[] calldata requests) external returns (uint256[] memory tokenIds);

    /// @notice Issues whatever whole granules a report's verification made due; called by `MRVRegistry` once, in the
    /// verification transaction, without a receiver callback so that no receiver can veto a verification. Issues nothing,
    /// and does not revert, while the developer is suspended or the project has a deficit.
    function mintOnVerification(bytes14 reportId) external;

    /// @notice Moves the last `kg` of a block, the caller's or approved to the caller. A receiver that is a contract must
    /// accept it, as in `safeTransferFrom`.
    /// @return movedId the block that the receiver holds
    function transferPart(address to, uint256 tokenId, uint64 kg) external returns (uint256 movedId);

    /// @notice Moves several blocks of one unit type; each must be the caller's or approved to the caller. A receiver that
    /// is a contract must accept each of them, as in `safeTransferFrom`; it is asked when all have moved.
    function transferBatch(address to, uint256[] calldata tokenIds) external;

    /// @notice Cuts a held block into consecutive blocks of `quantitiesKg`, in order; they stay with the owner.
    function split(uint256 tokenId, uint64[] calldata quantitiesKg) external returns (uint256[] memory parts);

    /// @notice Joins consecutive held blocks of one report, vintage and owner, given in order.
    function merge(uint256[] calldata tokenIds) external returns (uint256 tokenId);

    /// @notice Ends the last `kg` of a held block for a claim, by its owner or somebody approved for it; final; never
    /// paused. The block stays with its owner, its approval ends.
    /// @return retiredId the block that is retired
    function retire(uint256 tokenId, uint64 kg, Retirement calldata retirement) external returns (uint256 retiredId);

    /// @notice `retire` for each whole block, all of one unit type, all or none.
    function retireBatch(uint256[] calldata tokenIds, Retirement calldata retirement) external;

    /// @notice Ends the last `kg` of a held block without a claim, by its owner or somebody approved for it; final.
    /// @return cancelledId the block that is cancelled
    function cancel(uint256 tokenId, uint64 kg, Cancellation calldata cancellation)
        external
        returns (uint256 cancelledId);

    /// @notice Cancels the last `kg` of a block of a suspended account for error or fraud, by an operator (Regulation (EU)
    /// 2025/2358 Art. 16(1)(f), (g)).
    function cancelSuspended(uint256 tokenId, uint64 kg, Cancellation calldata cancellation)
        external
        returns (uint256 cancelledId);

    /// @notice Ends a block of an expiring type whose monitoring period is over (Art. 6(5), 12(5)); by anyone.
    function expire(uint256 tokenId) external;

    /// @notice `expire` for each block, all or none.
    function expireBatch(uint256[] calldata tokenIds) external;

    /// @notice Moves the end of the monitoring period of a report's vintage, before that end, by an operator.
    /// @param evidenceHash SHA-256 of the evidence that monitoring goes on, never zero
    /// @param uri where it can be had; at most 512 bytes
    function prolong(
        bytes14 reportId,
        uint16 vintage,
        uint16 monitoringEndDay,
        bytes32 evidenceHash,
        string calldata uri
    ) external;

    /// @notice Gives the last `kg` of a buffer block to the project's developer, by an operator, once the monitoring
    /// period is over and while the project has no deficit. Blocks of an expiring type expire instead.
    /// @param evidenceHash SHA-256 of the closing evidence, never zero
    function releaseBuffer(uint256 tokenId, uint64 kg, bytes32 evidenceHash) external returns (uint256 releasedId);

    /// @notice Suspends an account, by an operator, with the hash of the evidence and a reason of 1 to 500 bytes.
    function suspendAccount(address account, bytes32 evidenceHash, string calldata reason) external;

    function reinstateAccount(address account, bytes32 evidenceHash, string calldata reason) external;

    /// @notice Makes a further retirement reason known, for ever, by the administrator. Its code is above those of
    /// `RetirementReason`; its label 1 to 31 bytes of `a-z 0-9 _`.
    function addRetirementReason(uint8 code, string calldata label) external;

    /// @notice Cancels the last `kg` of a block that `from` holds (this contract: the buffer) for a reversal or its
    /// compensation; by `ReversalRegistry`, which has seen that `actor` may ask for it.
    function cancelForReversal(
        uint256 tokenId,
        uint64 kg,
        address from,
        address actor,
        CancellationReason reason,
        bytes32 reversalId
    ) external returns (uint256 cancelledId);

    /// @notice Sets what a project owes, kg CO2e; nothing is issued to it until that is zero; by `ReversalRegistry`.
    // The view of that name is read elsewhere; a declaration has no body in which to mistake them.
    // slither-disable-next-line shadowing-local
    function setDeficit(bytes32 projectId, uint64 deficitKg) external;

    /// @notice Locks the last `kg` of a held block for an export; by `UnitExchange`, which passes who asks for it: the
    /// owner or somebody approved.
    function lockForExport(uint256 tokenId, uint64 kg, address actor) external returns (uint256 lockedId);

    /// @notice locked -> held; by `UnitExchange`.
    function unlock(uint256 tokenId) external;

    /// @notice locked -> exported, unless its monitoring period is over; final; by `UnitExchange`.
    function endExported(uint256 tokenId) external;

    /// @notice Creates units that ended in another registry; by `UnitExchange`; once for each `reportId`.
    function issueImported(ImportedUnits calldata units) external returns (uint256 tokenId);

    function unit(uint256 tokenId) external view returns (Unit memory);

    /// @notice kg CO2e issued so far for one vintage of a report, buffer included.
    function issuedKg(bytes14 reportId, uint16 vintage) external view returns (uint64);

    function supplyOfVintage(bytes14 reportId, uint16 vintage) external view returns (Supply memory);

    function supplyOfReport(bytes14 reportId) external view returns (Supply memory);

    function supplyOfProject(bytes32 projectId) external view returns (Supply memory);

    /// @notice Unit types never mix: there is no total across them.
    function supplyOfType(UnitType unitType) external view returns (Supply memory);

    /// @notice kg CO2e that a project owes after reversals; public, and issuance waits for it.
    function deficitKg(bytes32 projectId) external view returns (uint64);

    function isSuspended(address account) external view returns (bool);

    /// @notice Label of a retirement reason that was added, empty for every other code.
    function retirementReason(uint8 code) external view returns (string memory);

    function tokenIdOf(bytes14 reportId, uint16 vintage, uint64 firstKg, uint64 quantityKg)
        external
        pure
        returns (uint256);
}
