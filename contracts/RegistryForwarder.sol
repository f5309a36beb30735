// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {ERC2771Forwarder} from "@openzeppelin/contracts/metatx/ERC2771Forwarder.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {LowLevelCall} from "@openzeppelin/contracts/utils/LowLevelCall.sol";
import {Nonces} from "@openzeppelin/contracts/utils/Nonces.sol";
import {IRegistryForwarder} from "./interfaces/IRegistryForwarder.sol";
import {ActionHash} from "./libraries/ActionHash.sol";

/// @title Delivers what others signed; the signer's wallet shows each action's own fields
/// @dev Without owner and without upgrade: what is signed today means the same for ever.
contract RegistryForwarder is ERC2771Forwarder, IRegistryForwarder {
    /// Gas beyond what was signed for which a batch lets one request be checked: several signers of a smart account.
    uint256 private constant CHECKING_GAS = 250_000;
    uint256 private constant CHECKING_GAS_PER_BYTE = 32;
    /// Gas between the look at what is left and the call, whose target is warm already.
    uint256 private constant CALLING_GAS = 1_000;
    uint256 private constant REASON_BYTES = 1024;
    uint256 private constant NONCE_BYTES = 32;

    mapping(address signer => mapping(uint256 word => uint256 bits)) private _usedNonces;

    constructor() ERC2771Forwarder("OGCR Registry") {}

    function executeBatch(ForwardRequestData[] calldata requests, address payable refundReceiver)
        public
        payable
        override
    {
        if (msg.value != 0) revert RegistryForwarderTakesNoValue(msg.value);
        for (uint256 i; i < requests.length; ++i) {
            if (refundReceiver == address(0)) _execute(requests[i], true);
            else _executeAlone(requests[i]);
        }
    }

    function invalidateNonces(uint256 word, uint256 bits) external {
        _usedNonces[msg.sender][word] |= bits;
        emit NoncesInvalidated(msg.sender, word, bits);
    }

    function usedNonces(address signer, uint256 word) external view returns (uint256) {
        return _usedNonces[signer][word];
    }

    /// @notice The signer's lowest nonce that is not used. Nonces need no order: any unused one will do.
    function nonces(address signer) public view override(Nonces) returns (uint256 nonce) {
        while (_usedNonces[signer][nonce >> 8] == type(uint256).max) nonce += 256;
        uint256 bits = _usedNonces[signer][nonce >> 8];
        while ((bits >> (nonce & 0xff)) & 1 == 1) ++nonce;
    }

    function _validate(ForwardRequestData calldata request)
        internal
        view
        override
        returns (bool isTrustedForwarder, bool active, bool signerMatch, address signer)
    {
        (uint256 word, uint256 bit) = _place(_nonceOf(request));
        // A deadline is what the signer set it for: seconds of a proposer's choice do not matter.
        // slither-disable-next-line timestamp
        active = request.value == 0 && request.deadline >= block.timestamp
            && _usedNonces[request.from][word] & bit == 0;
        (signerMatch, signer) = _recoverForwardRequestSigner(request);
        isTrustedForwarder = _isTrustedByTarget(request.to);
    }

    /// @return isValid whether the account that the request names signed it, by its key or as its code says (ERC-1271)
    function _recoverForwardRequestSigner(ForwardRequestData calldata request)
        internal
        view
        override
        returns (bool isValid, address signer)
    {
        address from = request.from;
        bytes calldata signature = request.signature[NONCE_BYTES:];
        bytes32 digest = _hashTypedDataV4(
            ActionHash.hash(request.data, from, request.to, _nonceOf(request), request.deadline, request.gas)
        );
        ECDSA.RecoverError fault;
        // The third says of which faulty signature; every fault is refused.
        // slither-disable-next-line unused-return
        (signer, fault,) = ECDSA.tryRecoverCalldata(digest, signature);
        // The key first: it stays in force when its account has taken code upon itself (EIP-7702).
        isValid = fault == ECDSA.RecoverError.NoError && signer == from;
        if (!isValid && from.code.length != 0) {
            isValid = SignatureChecker.isValidERC1271SignatureNowCalldata(from, digest, signature);
        }
    }

    /// @dev Reverts unless the action succeeds, whatever the second argument says: with its own error, so that a request
    /// that failed is not used up.
    function _execute(ForwardRequestData calldata request, bool) internal override returns (bool success) {
        if (request.value != 0) revert RegistryForwarderTakesNoValue(request.value);
        uint256 nonce = _nonceOf(request);
        (bool isTrustedForwarder, bool active, bool signerMatch, address signer) = _validate(request);
        _use(request.from, nonce);
        if (!active) revert ERC2771ForwarderExpiredRequest(request.deadline);
        if (!signerMatch) revert ERC2771ForwarderInvalidSigner(signer, request.from);
        if (!isTrustedForwarder) revert ERC2771UntrustfulTarget(request.to, address(this));
        success = _call(request);
        if (!success) LowLevelCall.bubbleRevert();
        emit ExecutedForwardRequest(request.from, nonce, true);
    }

    /// @dev EIP-150 gives a call at most 63/64 of what is left. Looking afterwards, as `ERC2771Forwarder` does, would miss an
    /// action that goes on after a call within it ran out of gas: so the action gets all that was signed, or is not called.
    function _call(ForwardRequestData calldata request) private returns (bool success) {
        (uint256 signedGas, address target) = (request.gas, request.to);
        bytes memory data = abi.encodePacked(request.data, request.from);
        uint256 left = gasleft();
        // Rounded down on purpose, as EIP-150 does.
        // slither-disable-next-line divide-before-multiply
        if (left < CALLING_GAS || (left - CALLING_GAS) / 64 * 63 < signedGas) {
            revert RegistryForwarderInsufficientGas(signedGas);
        }
        assembly ("memory-safe") {
            success := call(signedGas, target, 0, add(data, 0x20), mload(data), 0, 0)
        }
    }

    /// @dev In a call of its own with bounded gas, so that nothing in a request reaches the next one.
    function _executeAlone(ForwardRequestData calldata request) private {
        bytes memory data = abi.encodeCall(this.execute, (request));
        uint256 allowance = _allowance(request, data.length);
        uint256 limit = REASON_BYTES;
        bool success;
        bytes memory reason;
        assembly ("memory-safe") {
            success := call(allowance, address(), 0, add(data, 0x20), mload(data), 0, 0)
            if iszero(success) {
                let size := returndatasize()
                if gt(size, limit) { size := limit }
                reason := mload(0x40)
                mstore(0x40, and(add(add(reason, size), 0x3f), not(0x1f)))
                mstore(reason, size)
                returndatacopy(add(reason, 0x20), 0, size)
            }
        }
        if (!success) emit ForwardRequestFailed(request.from, _claimedNonce(request), reason);
    }

    function _allowance(ForwardRequestData calldata request, uint256 length) private view returns (uint256) {
        uint256 signed = request.gas < gasleft() ? request.gas : gasleft();
        return signed + signed / 63 + CHECKING_GAS + CHECKING_GAS_PER_BYTE * length;
    }

    function _use(address signer, uint256 nonce) private {
        (uint256 word, uint256 bit) = _place(nonce);
        uint256 bits = _usedNonces[signer][word];
        if (bits & bit != 0) revert RegistryForwarderNonceUsed(signer, nonce);
        _usedNonces[signer][word] = bits | bit;
    }

    function _place(uint256 nonce) private pure returns (uint256 word, uint256 bit) {
        return (nonce >> 8, 1 << (nonce & 0xff));
    }

    function _nonceOf(ForwardRequestData calldata request) private pure returns (uint256) {
        if (request.signature.length < NONCE_BYTES) {
            revert RegistryForwarderNonceMissing(request.signature.length);
        }
        return _claimedNonce(request);
    }

    function _claimedNonce(ForwardRequestData calldata request) private pure returns (uint256) {
        return uint256(bytes32(request.signature));
    }
}
