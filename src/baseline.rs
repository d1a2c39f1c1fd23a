//! The fitness and the findings of the last deployment that succeeded.
