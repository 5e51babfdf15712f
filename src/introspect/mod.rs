//! From the catalogs of a live PostgreSQL to the [`Database`](crate::relational::Database) that lowering
//! makes, in one round trip for each catalog.
