//! What people and scripts read: one value, one renderer a file.
