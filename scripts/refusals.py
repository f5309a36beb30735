"""What a chain answers when it refuses, in words."""

from ape.exceptions import ApeException, CustomError


def told(error: ApeException) -> str:
    """The contract's error by name with its arguments; Ape's own sentence for anything else.

    Ape's sentence for an error of a contract holds the arguments alone.
    """
    if not isinstance(error, CustomError):
        return str(error)
    arguments = ", ".join(f"{name}={value}" for name, value in error.inputs.items())
    return f"{error.name}({arguments})"
