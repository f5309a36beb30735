"""Refusals: what the forwarder refuses of a signed request."""

from api.refusals.kinds import STATE, WRONG, Sentences

FORWARDING: Sentences = {
    "RegistryForwarderUnknownAction": (
        WRONG,
        "The call {selector} is no action that can be signed for a relayer; send it as a "
        "transaction of your own.",
    ),
    "RegistryForwarderMalformedCall": (
        WRONG,
        "The call is not encoded canonically at byte {position}; encode it anew.",
    ),
    "RegistryForwarderNonceMissing": (WRONG, "The signature has no nonce in front of it."),
    "RegistryForwarderNonceUsed": (
        STATE,
        "The nonce {nonce} of {signer} is used or given up; sign again with another.",
    ),
    "RegistryForwarderInsufficientGas": (
        WRONG,
        "The call was given less gas than the {requiredGas} that were signed.",
    ),
    "RegistryForwarderTakesNoValue": (WRONG, "The forwarder takes no value; send zero."),
    "ERC2771ForwarderExpiredRequest": (
        STATE,
        "The deadline {deadline} (UNIX seconds) is over; sign again with a later one.",
    ),
    "ERC2771ForwarderInvalidSigner": (
        WRONG,
        "The signature is not that of {from}; sign exactly what the typed data says.",
    ),
    "ERC2771ForwarderMismatchedValue": (WRONG, "The forwarder takes no value; send zero."),
    "ERC2771ForwarderNoRefundReceiver": (WRONG, "The forwarder takes no value; send zero."),
    "ERC2771UntrustfulTarget": (
        WRONG,
        "The contract {target} does not trust this forwarder; sign for the present one.",
    ),
    "InvalidAccountNonce": (WRONG, "The nonce of {account} is not {currentNonce}."),
    "InvalidShortString": (WRONG, "A text of the contract's own is too long."),
    "StringTooLong": (WRONG, "A text of the contract's own is too long: {str}."),
}
