//! The steps of a hook, in order.
