//! The list of all tokens: merge pages, filter, sort, count.
