//! The guard: answers once, whatever happens.
