//! From facts and a policy to findings.
