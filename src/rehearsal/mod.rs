//! A whole deployment on this machine.
