//! Locks, scans and rewrites.

pub(super) mod index_blocks_writes;
