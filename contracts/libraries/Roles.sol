// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

/// @notice Role ids of the registry (OGCR 5.2.4). A holder of units needs no role.
library Roles {
    uint64 internal constant ADMINISTRATOR = 0;
    uint64 internal constant REGISTRY_OPERATOR = 1;
    uint64 internal constant DEVELOPER = 2;
    uint64 internal constant VALIDATOR = 3;
    uint64 internal constant VERIFIER = 4;
    uint64 internal constant GUARDIAN = 5;
    /// Held by `MRVRegistry` alone, for issuance in the verification transaction.
    uint64 internal constant ISSUER = 6;
    /// Held by `ReversalRegistry` alone: cancels units for a reversal, sets a project's deficit.
    uint64 internal constant REVERSAL_LEDGER = 7;
    /// Held by `UnitExchange` alone: locks, ends and creates units that cross between registries.
    uint64 internal constant EXCHANGE = 8;
    /// Registers, activates and deprecates methodology versions, with an execution delay.
    uint64 internal constant METHODOLOGY_STEWARD = 9;
}
