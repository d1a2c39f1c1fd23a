//! Checks of Amazon DynamoDB and its accelerator. A global table is judged replica by replica.

pub(super) mod capacity;
pub(super) mod data;
pub(super) mod dax;
