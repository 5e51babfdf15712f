//! What of a schema a live database lacks, has otherwise, or has besides; nothing is written to it.
