//! The terminal program: one command a file, the only code that prints.
