//! Suppressions of other findings.

pub(crate) mod expired;
pub(crate) mod unknown;
pub(crate) mod unused;
pub(crate) mod without_reason;
