//! From findings to one number.
