//! Data that is gone afterwards.

pub(super) mod drop_column;
