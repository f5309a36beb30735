"""Queries: the only place of this room that reads from the database."""
