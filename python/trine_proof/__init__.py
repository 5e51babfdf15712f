"""The proof in a real database: what `cargo test` runs in Python.

`serve` is the process that the Rust tests start: it finds or starts a PostgreSQL server, and runs
each task in a child of its own. The tasks are in `tasks`; everything else serves them.
"""
