//! PostgreSQL's own words for a [`crate::relational::Database`]: quoting, and the statements that
//! create and drop each object. Every target needs some of them.
