//! What the owner of a stack wants.
