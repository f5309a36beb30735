// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

/// @title What the registry's forwarder says beyond OpenZeppelin's `ERC2771Forwarder`
/// @notice A request is signed as its action's own EIP-712 type (schemas/typed-data): who signs, for which contract, every
/// argument by its name, nonce, deadline and gas. Whoever delivers it can deliver it or not, nothing else.
/// A request is used up when its action succeeds: one that failed can be delivered again until its deadline.
/// @dev In `ForwardRequestData`, `value` is zero, `data` is the call in canonical ABI encoding, and `signature` is the nonce
/// (32 bytes) followed by the signature. `verify` reverts for a call that has no type to sign.
/// `executeBatch` with a `refundReceiver` of zero is all or none; with any other, each request stands for itself.
interface IRegistryForwarder {
    /// @notice A request of a batch failed and changed nothing; it can be delivered again.
    /// @param signer whom the request names; nothing says that this account signed it
    /// @param reason what it was reverted with, at most its first 1024 bytes
    event ForwardRequestFailed(address indexed signer, uint256 nonce, bytes reason);
    /// @param bits the nonces `256 * word + i` for every bit `i` that is set
    event NoncesInvalidated(address indexed signer, uint256 word, uint256 bits);

    error RegistryForwarderUnknownAction(bytes4 selector);
    /// @notice The call is not what the ABI's canonical encoding gives for any arguments.
    /// @param position byte of `data` at which that shows
    error RegistryForwarderMalformedCall(uint256 position);
    /// @notice Shorter than the nonce that comes first.
    error RegistryForwarderNonceMissing(uint256 length);
    error RegistryForwarderNonceUsed(address signer, uint256 nonce);
    /// @notice Less gas was given than what was signed.
    error RegistryForwarderInsufficientGas(uint256 requiredGas);
    error RegistryForwarderTakesNoValue(uint256 value);

    /// @notice Makes nonces of the caller useless, signed or not.
    /// @param word nonces `256 * word` to `256 * word + 255`
    /// @param bits which of them, from the low end
    function invalidateNonces(uint256 word, uint256 bits) external;

    /// @notice Which of the signer's nonces `256 * word` to `256 * word + 255` are used, from the low end.
    function usedNonces(address signer, uint256 word) external view returns (uint256 bits);
}
