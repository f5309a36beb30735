"""Hooks: whoever subscribes is told what happens, signed, in order, at least once."""
