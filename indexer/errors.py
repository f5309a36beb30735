"""What can go wrong while indexing, in two kinds.

IndexerError
├── TryLater          the provider or the database is in trouble: back off, next endpoint
│   ├── RangeTooLarge     the provider wants fewer blocks or logs at a time
│   ├── ChainMoved        the chain changed while it was read: look again at once
│   └── OtherWriter       another process moved the index: read its checkpoint again
└── StopLoudly        only a person can mend it: one sentence that says how, exit code 3
    ├── WrongChain
    ├── WrongDatabase
    ├── UndecodableEvent
    ├── DeploymentsMissing
    └── ArtifactsMissing
"""


class IndexerError(Exception):
    """Any failure of the indexer."""


class TryLater(IndexerError):
    """Trouble that passes by itself."""


class RangeTooLarge(TryLater):
    """The provider refuses the size of a log query."""


class ChainMoved(TryLater):
    """The node's chain changed between two answers."""


class OtherWriter(TryLater):
    """The checkpoint in the database is not the one this process wrote."""


class StopLoudly(IndexerError):
    """Trouble that does not pass by itself; the message says how to mend it."""


class WrongChain(StopLoudly):
    """The node serves another chain than the deployments record or the database."""


class WrongDatabase(StopLoudly):
    """The database holds the index of another deployment, or of another version of the tables."""


class UndecodableEvent(StopLoudly):
    """One of our contracts emitted what the compiled artefacts do not know."""


class DeploymentsMissing(StopLoudly):
    """There is no readable record of where the contracts are."""


class ArtifactsMissing(StopLoudly):
    """There is no readable manifest of the compiled contracts."""
