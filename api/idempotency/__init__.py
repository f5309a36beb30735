"""Idempotency: a write that is sent again with its key is answered again, not done again."""
