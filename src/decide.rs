//! From an evaluation and its fitness to a decision: proceed or halt.
