"""The change feed: written in the transaction of each batch, appended to for ever."""

from indexer.feed.policy import Feed

__all__ = ["Feed"]
