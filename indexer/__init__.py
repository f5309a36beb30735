"""The room that follows the chain and derives the registry's tables from its events.

The way of the data, and the file to read at each step:

    rpc → chain         what a node answers: headers and logs
    ahead, batches      long ranges below finality, asked for before they are needed;
                        block by block above, each held to its parent's hash
    completeness, tails no log of ours is missing: the blooms of headers and receipts say so
    events, decoding    a log → an event of one of our contracts
    handlers/           an event → changes of rows, by pure functions
    versions            changes → versions of rows, from one block to another
    journal             a batch → the statements of its one transaction
    writing, bulk       that transaction, while the next batch is prepared
    sync                puts these together: follow, commit, or find the fork and repair
    reorg               where two branches part, as a pure function
    follower            runs it: troubles are waited out, a second process stands by

Beside it: `feed/` tells every change of a row, `errands/` looks for documents and failed calls,
`verification/` holds the rows against the chain, `commands/` is `python -m indexer`.
"""
