//! The proof that the targets agree on a schema: three databases with one catalog, and every delete,
//! clearing and re-parenting carried out in each way, with the same rows left behind.

pub mod python;

pub mod rows;
