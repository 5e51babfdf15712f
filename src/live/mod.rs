//! PostgreSQL servers that run: connecting to one, starting a private one, and databases that are gone
//! when they are no longer needed. Every failure is one line that a person understands.
