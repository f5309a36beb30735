"""The index held against the chain: every row against the contracts' views, all of it anew."""

from indexer.verification.rows import Difference, Result, verify_rows

__all__ = ["Difference", "Result", "verify_rows"]
