// SPDX-License-Identifier: Apache-2.0
// Written by scripts/typed-data from the compiled ABIs: do not edit.
pragma solidity 0.8.34;

/// @title The EIP-712 type of every action, and how its arguments lie in the calldata
/// @notice See `ActionHash` for what a layout says.
library ActionTypes {
    /// @return typeHash zero for a function that is no action
    // A search by halves is as deep as it must be.
    // slither-disable-next-line cyclomatic-complexity
    function action(bytes4 selector) internal pure returns (bytes32 typeHash, bytes32 layout) {
        if (selector < 0x8456cb59) {
            if (selector < 0x42842e0e) {
                if (selector < 0x2ffbb3c7) {
                    if (selector < 0x0f8ed689) {
                        if (selector == 0x095ea7b3) {
                            return (
                                keccak256(
                                    "Approve(address signer,address contractAddress,address to,uint256 tokenId,uint256 nonce,"
                                    "uint48 deadline,uint256 gas)"
                                ),
                                0x0214200000000000000000000000000000000000000000000000000000000000
                            );
                        }
                        if (selector == 0x0da97115) {
                            return (
                                keccak256(
                                    "WithdrawReport(address signer,address contractAddress,bytes14 reportId,string reason,uint256 nonce,"
                                    "uint48 deadline,uint256 gas)"
                                ),
                                0x022e420000000000000000000000000000000000000000000000000000000000
                            );
                        }
                        if (selector == 0x0ddfc5d6) {
                            return (
                                keccak256(
                                    "Retire(address signer,address contractAddress,uint256 tokenId,uint64 kg,Retirement retirement,"
                                    "uint256 nonce,uint48 deadline,uint256 gas)Retirement(uint8 reason,bytes32 beneficiary,"
                                    "string purpose,uint16 claimStartDay,uint16 claimEndDay)"
                                ),
                                0x032008c700000000000000000000000000000000000000000000000000000000
                            );
                        }
                    } else {
                        if (selector == 0x0f8ed689) {
                            return (
                                keccak256(
                                    "ValidateProject(address signer,address contractAddress,bytes32 projectId,bytes32 pddHash,"
                                    "bytes32 decisionHash,string decisionUri,uint256 nonce,uint48 deadline,uint256 gas)"
                                ),
                                0x0440404042000000000000000000000000000000000000000000000000000000
                            );
                        }
                        if (selector == 0x22cf88e7) {
                            return (
                                keccak256(
                                    "RetireBatch(address signer,address contractAddress,uint256[] tokenIds,Retirement retirement,"
                                    "uint256 nonce,uint48 deadline,uint256 gas)Retirement(uint8 reason,bytes32 beneficiary,"
                                    "string purpose,uint16 claimStartDay,uint16 claimEndDay)"
                                ),
                                0x024320c700000000000000000000000000000000000000000000000000000000
                            );
                        }
                        if (selector == 0x23b872dd) {
                            return (
                                keccak256(
                                    "TransferFrom(address signer,address contractAddress,address from,address to,uint256 tokenId,"
                                    "uint256 nonce,uint48 deadline,uint256 gas)"
                                ),
                                0x0314142000000000000000000000000000000000000000000000000000000000
                            );
                        }
                    }
                } else {
                    if (selector < 0x36ef8066) {
                        if (selector == 0x2ffbb3c7) {
                            return (
                                keccak256(
                                    "ReinstateAccount(address signer,address contractAddress,address account,bytes32 evidenceHash,"
                                    "string reason,uint256 nonce,uint48 deadline,uint256 gas)"
                                ),
                                0x0314404200000000000000000000000000000000000000000000000000000000
                            );
                        }
                        if (selector == 0x32094826) {
                            return (
                                keccak256(
                                    "AssignVerifier(address signer,address contractAddress,bytes14 reportId,address verifier,"
                                    "uint256 nonce,uint48 deadline,uint256 gas)"
                                ),
                                0x022e140000000000000000000000000000000000000000000000000000000000
                            );
                        }
                        if (selector == 0x32e7442d) {
                            return (
                                keccak256(
                                    "RejectReport(address signer,address contractAddress,bytes14 reportId,bytes32 reportHash,"
                                    "bytes32 statementHash,string statementUri,string reason,uint256 nonce,uint48 deadline,uint256 gas)"
                                ),
                                0x052e404042420000000000000000000000000000000000000000000000000000
                            );
                        }
                    } else {
                        if (selector == 0x36ef8066) {
                            return (
                                keccak256(
                                    "SuspendAccount(address signer,address contractAddress,address account,bytes32 evidenceHash,"
                                    "string reason,uint256 nonce,uint48 deadline,uint256 gas)"
                                ),
                                0x0314404200000000000000000000000000000000000000000000000000000000
                            );
                        }
                        if (selector == 0x37620516) {
                            return (
                                keccak256(
                                    "MarkCompensated(address signer,address contractAddress,bytes32 reversalId,uint256[] tokenIds,"
                                    "uint256 nonce,uint48 deadline,uint256 gas)"
                                ),
                                0x0240432000000000000000000000000000000000000000000000000000000000
                            );
                        }
                        if (selector == 0x3c8da489) {
                            return (
                                keccak256(
                                    "UpdateMetadata(address signer,address contractAddress,bytes32 projectId,bytes32 metadataHash,"
                                    "string uri,uint256 nonce,uint48 deadline,uint256 gas)"
                                ),
                                0x0340404200000000000000000000000000000000000000000000000000000000
                            );
                        }
                        if (selector == 0x3f4ba83a) {
                            return (
                                keccak256(
                                    "Unpause(address signer,address contractAddress,uint256 nonce,uint48 deadline,uint256 gas)"
                                ),
                                0x0000000000000000000000000000000000000000000000000000000000000000
                            );
                        }
                    }
                }
            } else {
                if (selector < 0x640ea68d) {
                    if (selector < 0x583661ea) {
                        if (selector == 0x42842e0e) {
                            return (
                                keccak256(
                                    "SafeTransferFrom(address signer,address contractAddress,address from,address to,uint256 tokenId,"
                                    "uint256 nonce,uint48 deadline,uint256 gas)"
                                ),
                                0x0314142000000000000000000000000000000000000000000000000000000000
                            );
                        }
                        if (selector == 0x4584f5b7) {
                            return (
                                keccak256(
                                    "DrawOnLiable(address signer,address contractAddress,bytes32 reversalId,Portion[] live,uint256 nonce,"
                                    "uint48 deadline,uint256 gas)Portion(uint256 tokenId,uint64 kg)"
                                ),
                                0x0240438500000000000000000000000000000000000000000000000000000000
                            );
                        }
                        if (selector == 0x50802877) {
                            return (
                                keccak256(
                                    "ActivateMethodology(address signer,address contractAddress,bytes32 methodologyKey,uint256 nonce,"
                                    "uint48 deadline,uint256 gas)"
                                ),
                                0x0140000000000000000000000000000000000000000000000000000000000000
                            );
                        }
                    } else {
                        if (selector == 0x583661ea) {
                            return (
                                keccak256(
                                    "Compensate(address signer,address contractAddress,bytes32 reversalId,Portion[] portions,"
                                    "uint256 nonce,uint48 deadline,uint256 gas)Portion(uint256 tokenId,uint64 kg)"
                                ),
                                0x0240438500000000000000000000000000000000000000000000000000000000
                            );
                        }
                        if (selector == 0x589f6622) {
                            return (
                                keccak256(
                                    "StartExport(address signer,address contractAddress,uint256 tokenId,uint64 kg,string targetRegistry,"
                                    "string targetAccount,uint256 nonce,uint48 deadline,uint256 gas)"
                                ),
                                0x0420084242000000000000000000000000000000000000000000000000000000
                            );
                        }
                        if (selector == 0x5b994795) {
                            return (
                                keccak256(
                                    "TransferPart(address signer,address contractAddress,address to,uint256 tokenId,uint64 kg,"
                                    "uint256 nonce,uint48 deadline,uint256 gas)"
                                ),
                                0x0314200800000000000000000000000000000000000000000000000000000000
                            );
                        }
                        if (selector == 0x5d58228a) {
                            return (
                                keccak256(
                                    "ArchiveReport(address signer,address contractAddress,bytes14 reportId,string reason,uint256 nonce,"
                                    "uint48 deadline,uint256 gas)"
                                ),
                                0x022e420000000000000000000000000000000000000000000000000000000000
                            );
                        }
                    }
                } else {
                    if (selector < 0x6b6fe643) {
                        if (selector == 0x640ea68d) {
                            return (
                                keccak256(
                                    "RegisterProject(address signer,address contractAddress,string documentId,PDD pdd,uint256 nonce,"
                                    "uint48 deadline,uint256 gas)PDD(bytes32 pddHash,bytes32 methodologyKey,uint8 projectType,"
                                    "uint16 startDay,uint16 endDay,string uri)"
                                ),
                                0x0242c40000000000000000000000000000000000000000000000000000000000
                            );
                        }
                        if (selector == 0x6620a480) {
                            return (
                                keccak256(
                                    "SubmitProject(address signer,address contractAddress,bytes32 projectId,bytes32 pddHash,"
                                    "uint256 nonce,uint48 deadline,uint256 gas)"
                                ),
                                0x0240400000000000000000000000000000000000000000000000000000000000
                            );
                        }
                        if (selector == 0x69bae92d) {
                            return (
                                keccak256(
                                    "MintBatch(address signer,address contractAddress,IssuanceRequest[] requests,uint256 nonce,"
                                    "uint48 deadline,uint256 gas)IssuanceRequest(bytes14 reportId,uint16 vintage,uint64 kg)"
                                ),
                                0x0143820000000000000000000000000000000000000000000000000000000000
                            );
                        }
                    } else {
                        if (selector == 0x6b6fe643) {
                            return (
                                keccak256(
                                    "ExpireBatch(address signer,address contractAddress,uint256[] tokenIds,uint256 nonce,uint48 deadline,"
                                    "uint256 gas)"
                                ),
                                0x0143200000000000000000000000000000000000000000000000000000000000
                            );
                        }
                        if (selector == 0x6ca2fb1e) {
                            return (
                                keccak256(
                                    "RequestRevision(address signer,address contractAddress,bytes32 projectId,bytes32 pddHash,"
                                    "bytes32 decisionHash,string decisionUri,string reason,uint256 nonce,uint48 deadline,uint256 gas)"
                                ),
                                0x0540404042420000000000000000000000000000000000000000000000000000
                            );
                        }
                        if (selector == 0x6f03420f) {
                            return (
                                keccak256(
                                    "Prolong(address signer,address contractAddress,bytes14 reportId,uint16 vintage,"
                                    "uint16 monitoringEndDay,bytes32 evidenceHash,string uri,uint256 nonce,uint48 deadline,uint256 gas)"
                                ),
                                0x052e020240420000000000000000000000000000000000000000000000000000
                            );
                        }
                        if (selector == 0x717fe936) {
                            return (
                                keccak256(
                                    "TransferBatch(address signer,address contractAddress,address to,uint256[] tokenIds,uint256 nonce,"
                                    "uint48 deadline,uint256 gas)"
                                ),
                                0x0214432000000000000000000000000000000000000000000000000000000000
                            );
                        }
                    }
                }
            }
        } else {
            if (selector < 0xc5c49352) {
                if (selector < 0xb28e28e4) {
                    if (selector < 0x9a800946) {
                        if (selector == 0x8456cb59) {
                            return (
                                keccak256(
                                    "Pause(address signer,address contractAddress,uint256 nonce,uint48 deadline,uint256 gas)"
                                ),
                                0x0000000000000000000000000000000000000000000000000000000000000000
                            );
                        }
                        if (selector == 0x8c062a82) {
                            return (
                                keccak256(
                                    "ImportUnits(address signer,address contractAddress,Import units,uint256 nonce,uint48 deadline,"
                                    "uint256 gas)Import(string originRegistry,string originKey,string originProject,address to,"
                                    "uint16 vintage,uint64 kg,uint8 unitType,uint32 granularityKg,bool expires,uint16 monitoringEndDay,"
                                    "bytes32 evidenceHash,string uri)"
                                ),
                                0x01c1000000000000000000000000000000000000000000000000000000000000
                            );
                        }
                        if (selector == 0x9a1399b7) {
                            return (
                                keccak256(
                                    "RegisterMethodology(address signer,address contractAddress,string methodologyId,string version,"
                                    "bytes32 documentHash,string uri,MethodologyTerms terms,uint256 nonce,uint48 deadline,uint256 gas)"
                                    "MethodologyTerms(uint8 unitType,uint32 granularityKg,uint16 bufferRateBps,bool automaticIssuance,"
                                    "bool expires,uint16 durabilityYears,uint32 projectTypes)"
                                ),
                                0x0b42424042830000000000000000000000000000000000000000000000000000
                            );
                        }
                    } else {
                        if (selector == 0x9a800946) {
                            return (
                                keccak256(
                                    "DraftProject(address signer,address contractAddress,string documentId,PDD pdd,uint256 nonce,"
                                    "uint48 deadline,uint256 gas)PDD(bytes32 pddHash,bytes32 methodologyKey,uint8 projectType,"
                                    "uint16 startDay,uint16 endDay,string uri)"
                                ),
                                0x0242c40000000000000000000000000000000000000000000000000000000000
                            );
                        }
                        if (selector == 0xa22cb465) {
                            return (
                                keccak256(
                                    "SetApprovalForAll(address signer,address contractAddress,address operator,bool approved,"
                                    "uint256 nonce,uint48 deadline,uint256 gas)"
                                ),
                                0x0214410000000000000000000000000000000000000000000000000000000000
                            );
                        }
                        if (selector == 0xad05819c) {
                            return (
                                keccak256(
                                    "RejectProject(address signer,address contractAddress,bytes32 projectId,bytes32 pddHash,"
                                    "bytes32 decisionHash,string decisionUri,string reason,uint256 nonce,uint48 deadline,uint256 gas)"
                                ),
                                0x0540404042420000000000000000000000000000000000000000000000000000
                            );
                        }
                        if (selector == 0xb2398f04) {
                            return (
                                keccak256(
                                    "ResubmitReport(address signer,address contractAddress,bytes32 projectId,string documentId,"
                                    "ReportSubmission submission,uint256 nonce,uint48 deadline,uint256 gas)"
                                    "ReportSubmission(bytes32 reportHash,uint16 startDay,uint16 endDay,string uri)"
                                ),
                                0x034042c600000000000000000000000000000000000000000000000000000000
                            );
                        }
                    }
                } else {
                    if (selector < 0xb88d4fde) {
                        if (selector == 0xb28e28e4) {
                            return (
                                keccak256(
                                    "Cancel(address signer,address contractAddress,uint256 tokenId,uint64 kg,Cancellation cancellation,"
                                    "uint256 nonce,uint48 deadline,uint256 gas)Cancellation(uint8 reason,bytes32 beneficiary,"
                                    "string purpose)"
                                ),
                                0x032008c000000000000000000000000000000000000000000000000000000000
                            );
                        }
                        if (selector == 0xb3402b72) {
                            return (
                                keccak256(
                                    "RecordReversal(address signer,address contractAddress,bytes14 reportId,uint64 kg,bool avoidable,"
                                    "bytes32 evidenceHash,string uri,Portion[] buffer,Portion[] live,uint256 nonce,uint48 deadline,"
                                    "uint256 gas)Portion(uint256 tokenId,uint64 kg)"
                                ),
                                0x072e084140424385438500000000000000000000000000000000000000000000
                            );
                        }
                        if (selector == 0xb81db84e) {
                            return (
                                keccak256(
                                    "ResubmitProject(address signer,address contractAddress,bytes32 projectId,PDD pdd,uint256 nonce,"
                                    "uint48 deadline,uint256 gas)PDD(bytes32 pddHash,bytes32 methodologyKey,uint8 projectType,"
                                    "uint16 startDay,uint16 endDay,string uri)"
                                ),
                                0x0240c40000000000000000000000000000000000000000000000000000000000
                            );
                        }
                    } else {
                        if (selector == 0xb88d4fde) {
                            return (
                                keccak256(
                                    "SafeTransferFromWithData(address signer,address contractAddress,address from,address to,"
                                    "uint256 tokenId,bytes data,uint256 nonce,uint48 deadline,uint256 gas)"
                                ),
                                0x0414142042000000000000000000000000000000000000000000000000000000
                            );
                        }
                        if (selector == 0xb8937454) {
                            return (
                                keccak256(
                                    "UpdatePDD(address signer,address contractAddress,bytes32 projectId,PDD pdd,uint256 nonce,"
                                    "uint48 deadline,uint256 gas)PDD(bytes32 pddHash,bytes32 methodologyKey,uint8 projectType,"
                                    "uint16 startDay,uint16 endDay,string uri)"
                                ),
                                0x0240c40000000000000000000000000000000000000000000000000000000000
                            );
                        }
                        if (selector == 0xbf81bf43) {
                            return (
                                keccak256(
                                    "Expire(address signer,address contractAddress,uint256 tokenId,uint256 nonce,uint48 deadline,"
                                    "uint256 gas)"
                                ),
                                0x0120000000000000000000000000000000000000000000000000000000000000
                            );
                        }
                        if (selector == 0xc2be57e0) {
                            return (
                                keccak256(
                                    "DeprecateMethodology(address signer,address contractAddress,bytes32 methodologyKey,uint256 nonce,"
                                    "uint48 deadline,uint256 gas)"
                                ),
                                0x0140000000000000000000000000000000000000000000000000000000000000
                            );
                        }
                    }
                }
            } else {
                if (selector < 0xe1572017) {
                    if (selector < 0xda2549bd) {
                        if (selector == 0xc5c49352) {
                            return (
                                keccak256(
                                    "CancelSuspended(address signer,address contractAddress,uint256 tokenId,uint64 kg,"
                                    "Cancellation cancellation,uint256 nonce,uint48 deadline,uint256 gas)Cancellation(uint8 reason,"
                                    "bytes32 beneficiary,string purpose)"
                                ),
                                0x032008c000000000000000000000000000000000000000000000000000000000
                            );
                        }
                        if (selector == 0xcf4023cb) {
                            return (
                                keccak256(
                                    "VerifyReport(address signer,address contractAddress,bytes14 reportId,Verification verification,"
                                    "uint256 nonce,uint48 deadline,uint256 gas)Verification(bytes32 reportHash,uint64 verifiedKg,"
                                    "VintageAmount[] vintages,bytes32 statementHash,string statementUri)VintageAmount(uint16 vintage,"
                                    "uint64 kg)"
                                ),
                                0x022ec80000000000000000000000000000000000000000000000000000000000
                            );
                        }
                        if (selector == 0xd29c7f12) {
                            return (
                                keccak256(
                                    "Mint(address signer,address contractAddress,bytes14 reportId,uint16 vintage,uint64 kg,uint256 nonce,"
                                    "uint48 deadline,uint256 gas)"
                                ),
                                0x032e020800000000000000000000000000000000000000000000000000000000
                            );
                        }
                    } else {
                        if (selector == 0xda2549bd) {
                            return (
                                keccak256(
                                    "AddRetirementReason(address signer,address contractAddress,uint8 code,string label,uint256 nonce,"
                                    "uint48 deadline,uint256 gas)"
                                ),
                                0x0201420000000000000000000000000000000000000000000000000000000000
                            );
                        }
                        if (selector == 0xde62d842) {
                            return (
                                keccak256(
                                    "Merge(address signer,address contractAddress,uint256[] tokenIds,uint256 nonce,uint48 deadline,"
                                    "uint256 gas)"
                                ),
                                0x0143200000000000000000000000000000000000000000000000000000000000
                            );
                        }
                        if (selector == 0xde7a5d38) {
                            return (
                                keccak256(
                                    "ReleaseBuffer(address signer,address contractAddress,uint256 tokenId,uint64 kg,bytes32 evidenceHash,"
                                    "uint256 nonce,uint48 deadline,uint256 gas)"
                                ),
                                0x0320084000000000000000000000000000000000000000000000000000000000
                            );
                        }
                        if (selector == 0xdf383ab4) {
                            return (
                                keccak256(
                                    "RedraftProject(address signer,address contractAddress,bytes32 projectId,PDD pdd,uint256 nonce,"
                                    "uint48 deadline,uint256 gas)PDD(bytes32 pddHash,bytes32 methodologyKey,uint8 projectType,"
                                    "uint16 startDay,uint16 endDay,string uri)"
                                ),
                                0x0240c40000000000000000000000000000000000000000000000000000000000
                            );
                        }
                    }
                } else {
                    if (selector < 0xebf3d47c) {
                        if (selector == 0xe1572017) {
                            return (
                                keccak256(
                                    "AbortExport(address signer,address contractAddress,uint256 tokenId,string reason,uint256 nonce,"
                                    "uint48 deadline,uint256 gas)"
                                ),
                                0x0220420000000000000000000000000000000000000000000000000000000000
                            );
                        }
                        if (selector == 0xe4330e53) {
                            return (
                                keccak256(
                                    "SubmitReport(address signer,address contractAddress,bytes32 projectId,string documentId,"
                                    "ReportSubmission submission,uint256 nonce,uint48 deadline,uint256 gas)"
                                    "ReportSubmission(bytes32 reportHash,uint16 startDay,uint16 endDay,string uri)"
                                ),
                                0x034042c600000000000000000000000000000000000000000000000000000000
                            );
                        }
                        if (selector == 0xe9b37820) {
                            return (
                                keccak256(
                                    "CompleteExport(address signer,address contractAddress,uint256 tokenId,bytes32 evidenceHash,"
                                    "string uri,uint256 nonce,uint48 deadline,uint256 gas)"
                                ),
                                0x0320404200000000000000000000000000000000000000000000000000000000
                            );
                        }
                    } else {
                        if (selector == 0xebf3d47c) {
                            return (
                                keccak256(
                                    "Split(address signer,address contractAddress,uint256 tokenId,uint64[] quantitiesKg,uint256 nonce,"
                                    "uint48 deadline,uint256 gas)"
                                ),
                                0x0220430800000000000000000000000000000000000000000000000000000000
                            );
                        }
                        if (selector == 0xf8bb4343) {
                            return (
                                keccak256(
                                    "MarkImpaired(address signer,address contractAddress,bytes32 reversalId,Portion[] portions,"
                                    "uint256 nonce,uint48 deadline,uint256 gas)Portion(uint256 tokenId,uint64 kg)"
                                ),
                                0x0240438500000000000000000000000000000000000000000000000000000000
                            );
                        }
                        if (selector == 0xf9bd705f) {
                            return (
                                keccak256(
                                    "ArchiveProject(address signer,address contractAddress,bytes32 projectId,string reason,uint256 nonce,"
                                    "uint48 deadline,uint256 gas)"
                                ),
                                0x0240420000000000000000000000000000000000000000000000000000000000
                            );
                        }
                        if (selector == 0xfd79ac0f) {
                            return (
                                keccak256(
                                    "AssignValidator(address signer,address contractAddress,bytes32 projectId,address validator,"
                                    "uint256 nonce,uint48 deadline,uint256 gas)"
                                ),
                                0x0240140000000000000000000000000000000000000000000000000000000000
                            );
                        }
                    }
                }
            }
        }
    }

    function member(uint256 place) internal pure returns (bytes32 typeHash, bytes32 layout) {
        if (place == 0) {
            return (
                keccak256(
                    "Cancellation(uint8 reason,bytes32 beneficiary,string purpose)"
                ),
                0x0301404200000000000000000000000000000000000000000000000000000000
            );
        }
        if (place == 1) {
            return (
                keccak256(
                    "Import(string originRegistry,string originKey,string originProject,address to,uint16 vintage,"
                    "uint64 kg,uint8 unitType,uint32 granularityKg,bool expires,uint16 monitoringEndDay,"
                    "bytes32 evidenceHash,string uri)"
                ),
                0x0c42424214020801044102404200000000000000000000000000000000000000
            );
        }
        if (place == 2) {
            return (
                keccak256(
                    "IssuanceRequest(bytes14 reportId,uint16 vintage,uint64 kg)"
                ),
                0x032e020800000000000000000000000000000000000000000000000000000000
            );
        }
        if (place == 3) {
            return (
                keccak256(
                    "MethodologyTerms(uint8 unitType,uint32 granularityKg,uint16 bufferRateBps,bool automaticIssuance,"
                    "bool expires,uint16 durabilityYears,uint32 projectTypes)"
                ),
                0x0701040241410204000000000000000000000000000000000000000000000000
            );
        }
        if (place == 4) {
            return (
                keccak256(
                    "PDD(bytes32 pddHash,bytes32 methodologyKey,uint8 projectType,uint16 startDay,uint16 endDay,"
                    "string uri)"
                ),
                0x0640400102024200000000000000000000000000000000000000000000000000
            );
        }
        if (place == 5) {
            return (
                keccak256(
                    "Portion(uint256 tokenId,uint64 kg)"
                ),
                0x0220080000000000000000000000000000000000000000000000000000000000
            );
        }
        if (place == 6) {
            return (
                keccak256(
                    "ReportSubmission(bytes32 reportHash,uint16 startDay,uint16 endDay,string uri)"
                ),
                0x0440020242000000000000000000000000000000000000000000000000000000
            );
        }
        if (place == 7) {
            return (
                keccak256(
                    "Retirement(uint8 reason,bytes32 beneficiary,string purpose,uint16 claimStartDay,uint16 claimEndDay)"
                ),
                0x0501404202020000000000000000000000000000000000000000000000000000
            );
        }
        if (place == 8) {
            return (
                keccak256(
                    "Verification(bytes32 reportHash,uint64 verifiedKg,VintageAmount[] vintages,bytes32 statementHash,"
                    "string statementUri)VintageAmount(uint16 vintage,uint64 kg)"
                ),
                0x0540084389404200000000000000000000000000000000000000000000000000
            );
        }
        if (place == 9) {
            return (
                keccak256(
                    "VintageAmount(uint16 vintage,uint64 kg)"
                ),
                0x0202080000000000000000000000000000000000000000000000000000000000
            );
        }
    }
}
