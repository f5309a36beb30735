// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {UnitStatus} from "./ICRU.sol";
import {UnitType} from "./IMethodologyRegistry.sol";
import {ReportStatus} from "./IMRVRegistry.sol";

/// @notice Where the units came from that covered a reversal, in the order in which they are taken.
enum CoverageSource {
    Buffer,
    LiableAccount,
    Compensation
}

enum UnitIntegrity {
    Sound,
    Impaired,
    Compensated
}

/// @notice The last `kg` of a block, kg CO2e, a positive multiple of the granularity.
struct Portion {
    uint256 tokenId;
    uint64 kg;
}

/// @param kg what was released again, as the evidence says, kg CO2e
/// @param dueKg `kg` rounded up to whole granules: what has to be cancelled
/// @param coveredKg cancelled so far
/// @param impairedKg of retired units that were marked
struct Reversal {
    bytes14 reportId;
    bytes32 projectId;
    address liable;
    UnitType unitType;
    uint64 kg;
    uint64 dueKg;
    uint64 coveredKg;
    uint64 impairedKg;
    bool avoidable;
    uint48 recordedAt;
    bytes32 evidenceHash;
}

/// @title Reversals: removals that were released again, and who makes up for them
/// @notice Regulation (EU) 2024/3012 Art. 6(2), 8(3)(i). A reversal draws on the project's buffer first, then on live units
/// of the liable account, the project's developer. What is left is the project's deficit: public, and nothing is issued to
/// the project until units of the same type are cancelled for it. A retirement is never undone: retired units
/// that a reversal hits are marked impaired, and compensated once the reversal is covered.
/// A reversal's id is `keccak256(abi.encode(reportId, evidenceHash))`: one evidence counts once.
interface IReversalRegistry {
    event ReversalRecorded(
        bytes32 indexed reversalId,
        bytes14 indexed reportId,
        bytes32 indexed projectId,
        address liable,
        address actor,
        UnitType unitType,
        uint64 kg,
        uint64 dueKg,
        bool avoidable,
        bytes32 evidenceHash,
        string uri
    );
    /// @param tokenId the block that was cancelled for it
    event ReversalCovered(
        bytes32 indexed reversalId,
        uint256 indexed tokenId,
        CoverageSource indexed source,
        address actor,
        uint64 kg,
        uint64 coveredKg
    );
    /// @param kg of the retired block that the reversal hits
    event UnitImpaired(uint256 indexed tokenId, bytes32 indexed reversalId, address indexed actor, uint64 kg);
    event UnitCompensated(uint256 indexed tokenId, bytes32 indexed reversalId, address indexed actor);

    error ReversalRegistryZeroAddress();
    error ReversalRegistryZeroAmount();
    error ReversalRegistryZeroHash();
    error ReversalRegistryEmptyBatch();
    error ReversalRegistryTextTooLong(uint256 length, uint256 limit);
    error ReversalRegistryNotVerified(bytes14 reportId, ReportStatus status);
    error ReversalRegistryAlreadyRecorded(bytes32 reversalId);
    error ReversalRegistryUnknownReversal(bytes32 reversalId);
    /// @param reversibleKg issued of that report less what earlier reversals took
    error ReversalRegistryExceedsIssued(bytes14 reportId, uint64 dueKg, uint64 reversibleKg);
    /// @notice The buffer covers what it can before anything else does.
    /// @param expectedKg the lesser of what is due and what the project's buffer holds
    error ReversalRegistryBufferFirst(bytes32 reversalId, uint64 drawnKg, uint64 expectedKg);
    error ReversalRegistryExceedsDue(bytes32 reversalId, uint64 kg, uint64 outstandingKg);
    /// @param status of the block: only one with the status `Buffer` is drawn on as such
    error ReversalRegistryNotOfBuffer(uint256 tokenId, UnitStatus status);
    error ReversalRegistryNotOfProject(uint256 tokenId, bytes32 projectId);
    error ReversalRegistryNotOfReport(uint256 tokenId, bytes14 reportId);
    error ReversalRegistryNotLiable(uint256 tokenId, address owner, address liable);
    error ReversalRegistryNotSameType(uint256 tokenId, UnitType unitType, UnitType expected);
    error ReversalRegistryNotAuthorized(uint256 tokenId, address caller);
    error ReversalRegistryNotRetired(uint256 tokenId);
    error ReversalRegistryNotMultipleOfGranularity(uint64 kg, uint32 granularityKg);
    /// @param soundKg of the block that no reversal has hit
    error ReversalRegistryExceedsBlock(uint256 tokenId, uint64 kg, uint64 soundKg);
    /// @param integrity of the block with regard to the reversal that was named
    error ReversalRegistryUnexpectedIntegrity(uint256 tokenId, UnitIntegrity integrity);
    error ReversalRegistryNotCovered(bytes32 reversalId, uint64 outstandingKg);

    /// @notice Records a reversal against a verified or archived report, by an operator, and draws on the buffer, then on
    /// blocks of the liable account. The rest becomes the project's deficit.
    /// @param kg released again, kg CO2e
    /// @param avoidable whether the operator of the activity could have prevented it
    /// @param evidenceHash SHA-256 of the evidence, never zero
    /// @param uri where it can be had; at most 512 bytes
    /// @param buffer blocks of the project's buffer, summing to the lesser of what is due and what it holds
    /// @param live blocks of the liable account, of the same unit type, summing to no more than what is left
    function recordReversal(
        bytes14 reportId,
        uint64 kg,
        bool avoidable,
        bytes32 evidenceHash,
        string calldata uri,
        Portion[] calldata buffer,
        Portion[] calldata live
    ) external returns (bytes32 reversalId);

    /// @notice Draws further on live units of the liable account, suspended or not, by an operator.
    function drawOnLiable(bytes32 reversalId, Portion[] calldata live) external;

    /// @notice Cancels units of the caller (or approved to the caller), of the same type, for a reversal; by anyone whose
    /// account is not suspended.
    function compensate(bytes32 reversalId, Portion[] calldata portions) external;

    /// @notice Marks retired blocks of the report as hit, by an operator; in sum no more than what is due. A reversal marks
    /// a block once; several reversals may hit one block, each other kilograms of it.
    function markImpaired(bytes32 reversalId, Portion[] calldata portions) external;

    /// @notice impaired -> compensated, once the reversal is covered; by anyone.
    function markCompensated(bytes32 reversalId, uint256[] calldata tokenIds) external;

    function reversal(bytes32 reversalId) external view returns (Reversal memory);

    /// @notice kg CO2e of a reversal that are not covered yet.
    function outstandingKg(bytes32 reversalId) external view returns (uint64);

    /// @notice Whether reversals hit a block, and whether all of them are made up for.
    /// @param hitKg of the block that reversals hit, kg CO2e; no kilogram is hit twice
    /// @param compensatedKg of those that are compensated
    function integrityOf(uint256 tokenId)
        external
        view
        returns (UnitIntegrity integrity, uint64 hitKg, uint64 compensatedKg);

    /// @notice What one reversal did to a block, and for how many kg CO2e.
    function markOf(uint256 tokenId, bytes32 reversalId) external view returns (UnitIntegrity integrity, uint64 kg);

    function reversalIdOf(bytes14 reportId, bytes32 evidenceHash) external pure returns (bytes32);
}
