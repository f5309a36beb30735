"""The room that follows the chain and derives the registry's tables from its events."""
