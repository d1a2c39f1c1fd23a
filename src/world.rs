//! What the job needs from outside.
