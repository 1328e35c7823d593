//! Response headers, and which requests may write.
