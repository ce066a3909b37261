//! The code that is running meanwhile.

pub(super) mod column_dropped;
