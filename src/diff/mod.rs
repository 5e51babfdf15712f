//! The difference of two [`Database`](crate::relational::Database) values, as data: what, where, before
//! and after. It asks nobody: both are in the same words, or differ.
