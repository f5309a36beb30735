"""Errands: what is found out beside following the chain, and must never slow it.

They run in a process of their own, read the index as everybody does, and write tables of their own
under the same rule as a batch: what they say of a block is undone with the block.
"""
