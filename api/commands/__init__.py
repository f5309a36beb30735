"""Commands: what the operator does on the machine beside serving."""
