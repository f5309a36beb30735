"""Refusals: what access control and the frame around every contract refuse."""

from api.refusals.kinds import RIGHT, STATE, WRONG, Sentences

ACCESS: Sentences = {
    "AccessManagedUnauthorized": (
        RIGHT,
        "The account {caller} does not hold the role that this call needs; ask the registry to "
        "grant it.",
    ),
    "AccessManagedRequiredDelay": (
        STATE,
        "The account {caller} must schedule this call first and wait {delay} seconds.",
    ),
    "AccessManagedInvalidAuthority": (WRONG, "{authority} is no access control contract."),
    "AccessManagerAlreadyScheduled": (
        STATE,
        "The operation {operationId} is scheduled already; execute or cancel it.",
    ),
    "AccessManagerBadConfirmation": (WRONG, "Renouncing a role needs the signer's own address."),
    "AccessManagerExpired": (STATE, "The operation {operationId} has expired; schedule it anew."),
    "AccessManagerInvalidInitialAdmin": (WRONG, "{initialAdmin} cannot be the administrator."),
    "AccessManagerLockedFunction": (STATE, "The role of the function {selector} is locked."),
    "AccessManagerLockedRole": (STATE, "The role {roleId} is locked; it cannot be changed."),
    "AccessManagerNotReady": (
        STATE,
        "The delay of the operation {operationId} is not over; wait and try again.",
    ),
    "AccessManagerNotScheduled": (STATE, "The operation {operationId} is not scheduled."),
    "AccessManagerUnauthorizedAccount": (
        RIGHT,
        "The account {msgsender} does not hold the role {roleId} that this call needs.",
    ),
    "AccessManagerUnauthorizedCall": (
        RIGHT,
        "The account {caller} may not call {selector} of {target}.",
    ),
    "AccessManagerUnauthorizedCancel": (
        RIGHT,
        "The account {msgsender} may not cancel this operation of {caller}.",
    ),
    "AccessManagerUnauthorizedConsume": (RIGHT, "{target} may not consume scheduled operations."),
}

FRAME: Sentences = {
    "AddressEmptyCode": (WRONG, "There is no contract at {target}."),
    "ERC1967InvalidImplementation": (WRONG, "{implementation} is no contract to upgrade to."),
    "ERC1967NonPayable": (WRONG, "The call takes no value; send zero."),
    "UUPSUnauthorizedCallContext": (WRONG, "An upgrade must be called through the proxy."),
    "UUPSUnsupportedProxiableUUID": (WRONG, "The new implementation uses another slot ({slot})."),
    "InvalidInitialization": (STATE, "The contract is initialised already."),
    "NotInitializing": (STATE, "That function runs only while the contract is initialised."),
    "EnforcedPause": (STATE, "The contract is paused; wait until the registry resumes it."),
    "ExpectedPause": (STATE, "The contract is not paused."),
    "FailedCall": (WRONG, "A call within the call failed without saying why."),
    "InsufficientBalance": (STATE, "The balance is {balance}, but {needed} are needed."),
    "ReentrancyGuardReentrantCall": (STATE, "The call came back into itself; that is not allowed."),
    "SafeCastOverflowedUintDowncast": (WRONG, "The number {value} needs more than {bits} bits."),
    "InvalidShortString": (WRONG, "A text in the call is too long to be kept."),
    "StringTooLong": (WRONG, "“{str}” is too long to be kept."),
    "Error": (WRONG, "The contract refused: {message}."),
    "Panic": (WRONG, "The contract stopped with the panic code {code}."),
}
