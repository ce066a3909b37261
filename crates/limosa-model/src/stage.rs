//! The two halves of a deploy: before the new code runs, and after the old code is gone.

use std::time::Duration;

use crate::Value;

/// The half of a deploy in which a change is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// While the old code runs, before the new one does.
    PreDeploy,
    /// When the old code runs nowhere any more.
    PostDeploy,
}

impl Stage {
    /// How the stages are spelled, in files and on the command line.
    pub const NAMES: [&str; 2] = ["pre-deploy", "post-deploy"];

    /// Returns how the stage is spelled.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::PreDeploy => Self::NAMES[0],
            Self::PostDeploy => Self::NAMES[1],
        }
    }

    /// Returns the other one.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::PreDeploy => Self::PostDeploy,
            Self::PostDeploy => Self::PreDeploy,
        }
    }

    /// Returns the stage that a text spells.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::PreDeploy, Self::PostDeploy].into_iter().find(|stage| stage.as_str() == text)
    }

    /// Returns the stage that a value names: a text, or a member of an enumeration such as `syzygy.Stage.POST_DEPLOY`.
    ///
    /// The texts that django-syzygy gives its members are understood, too.
    pub fn of(value: &Value) -> Option<Self> {
        let name = match value {
            Value::Str(text) => text.as_str(),
            Value::Reference(path) => path.rsplit('.').next().unwrap_or_default(),
            _ => return None,
        };
        match name {
            "PRE_DEPLOY" | "pre_deploy" => Some(Self::PreDeploy),
            "POST_DEPLOY" | "post_deploy" | "post_deployment" => Some(Self::PostDeploy),
            _ => Self::parse(name),
        }
    }
}

impl std::fmt::Display for Stage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Reads how long something waits after a deploy: a whole number with `s`, `m`, `h` or `d`, such as `2h`.
pub fn delay(text: &str) -> Option<Duration> {
    let (number, unit) = text.split_at(text.find(|letter: char| !letter.is_ascii_digit())?);
    let factor = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3600,
        "d" => 86_400,
        _ => return None,
    };
    number.parse::<u64>().ok()?.checked_mul(factor).map(Duration::from_secs)
}
