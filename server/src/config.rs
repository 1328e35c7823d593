//! Settings from flags and the environment, checked once at start.
