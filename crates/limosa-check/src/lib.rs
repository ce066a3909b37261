//! Safety checks: what a plan does to the people who work on the database, and to the code that is running, told before it runs.
//!
//! A [`plan::Plan`] is what the checks see; [`judge::judge`] lets each of [`checks::ALL`] look at it.
//!
//! **Invariant:** nothing here knows a file, a database or a terminal. What is known of the database arrives as [`stats::Stats`].

pub mod check;
pub mod checks;
pub mod finding;
pub mod fix;
pub mod gather;
pub mod history;
pub mod judge;
mod known;
mod meaning;
pub mod plan;
pub mod policy;
pub mod rules;
pub mod so_far;
pub mod stats;
pub mod subject;
pub mod suppress;
#[cfg(test)]
mod testing;
mod types;
mod unknown;

pub use check::{Check, Group};
pub use finding::{Finding, Level};
pub use fix::{Fix, FixKind};
pub use gather::gathered;
pub use judge::judge;
pub use plan::Plan;
pub use policy::Policy;
pub use rules::Rules;
pub use stats::Stats;
pub use subject::Subject;
