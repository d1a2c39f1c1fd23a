//! A whole deployment on this machine.

pub mod engine;
