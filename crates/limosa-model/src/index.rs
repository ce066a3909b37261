//! Indexes and constraints of a model.

use smol_str::SmolStr;

use crate::Value;
use crate::value::{Call, Kwargs};

/// An index.
#[derive(Clone, Debug, PartialEq)]
pub struct Index {
    /// The path of the class, such as `django.db.models.Index` or `django.contrib.postgres.indexes.GinIndex`.
    pub class: SmolStr,
    /// The name; empty where Django allows none (then it follows from the columns).
    pub name: SmolStr,
    /// The fields with a leading `-` for descending order; empty when it is over expressions.
    pub fields: Vec<SmolStr>,
    /// The expressions, when it is not over fields.
    pub expressions: Vec<Value>,
    /// The condition of a partial index, a `Q`.
    pub condition: Option<Value>,
    /// Fields that are carried along.
    pub include: Vec<SmolStr>,
    /// Operator classes, one per field.
    pub opclasses: Vec<SmolStr>,
    /// The tablespace.
    pub db_tablespace: Option<SmolStr>,
    /// All arguments as they were written, those of special classes (`fillfactor`, `length`, …) among them.
    pub kwargs: Kwargs,
    /// What is known about its class when that is not Django's own; then `class` is the one of Django's that it is built on.
    pub own: Option<OwnClass>,
}

/// A class of indexes or constraints that is not Django's own, as the project's Python describes it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OwnClass {
    /// The path of the class.
    pub class: SmolStr,
    /// Whether it makes SQL in a way of its own, which only the project's Python can do.
    pub runs_code: bool,
    /// The access method, of an index of PostgreSQL.
    pub access_method: Option<SmolStr>,
    /// The storage parameters, of an index of PostgreSQL.
    pub parameters: Vec<SmolStr>,
}

/// The argument under which a call holds what is known about a class that is not Django's own.
pub const OWN_CLASS: &str = "__class__";

/// A constraint.
#[derive(Clone, Debug, PartialEq)]
pub struct Constraint {
    /// The name.
    pub name: SmolStr,
    /// What it demands.
    pub kind: ConstraintKind,
    /// All arguments as they were written.
    pub kwargs: Kwargs,
}

/// What a constraint demands.
#[derive(Clone, Debug, PartialEq)]
pub enum ConstraintKind {
    /// A condition on the row, a `Q`.
    Check(Value),
    /// That values are unique.
    Unique(Unique),
    /// That no two rows overlap (PostgreSQL).
    Exclusion(Exclusion),
    /// A class of the project; the path. Only its own code knows what it does.
    Custom(SmolStr),
}

/// That values are unique.
#[derive(Clone, Debug, PartialEq)]
pub struct Unique {
    /// The fields; empty when it is over expressions.
    pub fields: Vec<SmolStr>,
    /// The expressions.
    pub expressions: Vec<Value>,
    /// The condition, a `Q`.
    pub condition: Option<Value>,
    /// When it is checked.
    pub deferrable: Option<Deferrable>,
    /// Fields that are carried along.
    pub include: Vec<SmolStr>,
    /// Operator classes, one per field.
    pub opclasses: Vec<SmolStr>,
    /// Whether NULLs differ from each other; the database decides when not said.
    pub nulls_distinct: Option<bool>,
}

/// That no two rows overlap.
#[derive(Clone, Debug, PartialEq)]
pub struct Exclusion {
    /// Expressions (or names of fields) with their operators.
    pub expressions: Vec<(Value, SmolStr)>,
    /// The access method; `GIST` when not said.
    pub index_type: SmolStr,
    /// The condition, a `Q`.
    pub condition: Option<Value>,
    /// When it is checked.
    pub deferrable: Option<Deferrable>,
    /// Fields that are carried along.
    pub include: Vec<SmolStr>,
}

/// When a constraint is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deferrable {
    /// At the end of the transaction.
    Deferred,
    /// At the end of the statement, unless the transaction says otherwise.
    Immediate,
}

/// Why an index or a constraint could not be built.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum IndexError {
    /// The class is not one that is known.
    #[error("unknown index or constraint class `{0}`")]
    UnknownClass(SmolStr),
    /// An argument was not understood or makes no sense.
    #[error("argument `{name}` of `{class}` {why}")]
    Argument {
        /// The class.
        class: SmolStr,
        /// The argument.
        name: SmolStr,
        /// What is wrong with it.
        why: String,
    },
}

impl Index {
    /// Builds the index that a call of one of Django's own classes stands for.
    ///
    /// # Errors
    /// When the class is unknown or an argument was not understood.
    pub fn from_call(call: &Call) -> Result<Self, IndexError> {
        const POSTGRES: [&str; 7] =
            ["BloomIndex", "BrinIndex", "BTreeIndex", "GinIndex", "GistIndex", "HashIndex", "SpGistIndex"];
        let own = match call.callee.rsplit_once('.') {
            Some(("django.db.models", "Index")) => true,
            Some(("django.contrib.postgres.indexes", class)) => POSTGRES.contains(&class),
            _ => false,
        };
        if own {
            return Self::from_call_as(call);
        }
        let known = Known::of(call).ok_or_else(|| IndexError::UnknownClass(call.callee.clone()))?;
        let mut index = match &known.base {
            // Only its own code reads the arguments.
            _ if known.class.runs_code => {
                Self::from_call_as(&Call { args: Vec::new(), kwargs: Kwargs::default(), ..call.clone() })?
            }
            Some(base) => Self::from_call_as(base)?,
            None => Self::from_call_as(call)?,
        };
        index.name = known.name;
        index.own = Some(known.class);
        Ok(index)
    }

    /// Returns whether only the project's Python can create it.
    pub fn runs_code(&self) -> bool {
        self.own.as_ref().is_some_and(|own| own.runs_code)
            || self.expressions.iter().chain(&self.condition).any(Value::holds_own_class)
    }

    /// Builds the index of any class with the arguments of `Index`.
    ///
    /// # Errors
    /// When an argument was not understood.
    pub fn from_call_as(call: &Call) -> Result<Self, IndexError> {
        let read = Reader(call);
        Ok(Self {
            class: call.callee.clone(),
            name: read.text("name")?.unwrap_or_default(),
            fields: read.texts("fields")?,
            expressions: read.expressions()?,
            condition: read.known("condition")?.cloned(),
            include: read.texts("include")?,
            opclasses: read.texts("opclasses")?,
            db_tablespace: read.text("db_tablespace")?,
            kwargs: call.kwargs.clone(),
            own: None,
        })
    }
}

impl Constraint {
    /// Builds the constraint that a call of one of Django's own classes stands for.
    ///
    /// # Errors
    /// When the class is unknown or an argument was not understood.
    pub fn from_call(call: &Call) -> Result<Self, IndexError> {
        let read = Reader(call);
        let kind = match call.callee.as_str() {
            // The argument is called `check` up to Django 5.0.
            "django.db.models.CheckConstraint" => {
                let condition = read.known("condition")?.or(read.known("check")?);
                ConstraintKind::Check(condition.ok_or_else(|| read.error("condition", "is missing"))?.clone())
            }
            "django.db.models.UniqueConstraint" => ConstraintKind::Unique(Unique {
                fields: read.texts("fields")?,
                expressions: read.expressions()?,
                condition: read.known("condition")?.cloned(),
                deferrable: read.deferrable()?,
                include: read.texts("include")?,
                opclasses: read.texts("opclasses")?,
                nulls_distinct: read.known("nulls_distinct")?.and_then(Value::as_bool),
            }),
            "django.contrib.postgres.constraints.ExclusionConstraint" => ConstraintKind::Exclusion(Exclusion {
                expressions: read.expressions_with_opclasses()?,
                index_type: read
                    .text("index_type")?
                    .filter(|text| !text.is_empty())
                    .unwrap_or(SmolStr::new_static("GIST")),
                condition: read.known("condition")?.cloned(),
                deferrable: read.deferrable()?,
                include: read.texts("include")?,
            }),
            _ => return Self::from_unknown(call),
        };
        let name = read.text("name")?.ok_or_else(|| read.error("name", "is missing"))?;
        Ok(Self { name, kind, kwargs: call.kwargs.clone() })
    }

    /// Returns whether only the project's Python can create it.
    pub fn runs_code(&self) -> bool {
        match &self.kind {
            ConstraintKind::Custom(_) => true,
            ConstraintKind::Check(condition) => condition.holds_own_class(),
            ConstraintKind::Unique(unique) => {
                unique.expressions.iter().chain(&unique.condition).any(Value::holds_own_class)
            }
            ConstraintKind::Exclusion(exclusion) => {
                let expressions = exclusion.expressions.iter().map(|(expression, _)| expression);
                expressions.chain(&exclusion.condition).any(Value::holds_own_class)
            }
        }
    }

    fn from_unknown(call: &Call) -> Result<Self, IndexError> {
        let known = Known::of(call).ok_or_else(|| IndexError::UnknownClass(call.callee.clone()))?;
        match &known.base {
            Some(base) if !known.class.runs_code => Ok(Self { kwargs: call.kwargs.clone(), ..Self::from_call(base)? }),
            _ => {
                let kind = ConstraintKind::Custom(call.callee.clone());
                Ok(Self { name: known.name, kind, kwargs: call.kwargs.clone() })
            }
        }
    }
}

/// What is known about an index or a constraint whose class is not Django's own.
struct Known {
    name: SmolStr,
    /// It as the class of Django's deconstructs it that it is built on.
    base: Option<Call>,
    class: OwnClass,
}

impl Known {
    fn of(call: &Call) -> Option<Self> {
        let known = call.kwargs.get(OWN_CLASS)?.pairs()?;
        let get = |name: &str| known.iter().find(|(key, _)| key.as_str() == Some(name)).map(|(_, value)| value);
        let base = get("base").and_then(Value::as_call).cloned();
        Some(Self {
            name: get("name").and_then(Value::as_str).unwrap_or_default().into(),
            class: OwnClass {
                class: call.callee.clone(),
                runs_code: base.is_none() || get("code").and_then(Value::truth) != Some(false),
                access_method: get("suffix").and_then(Value::as_str).map(SmolStr::new),
                parameters: get("parameters").and_then(Value::strings).unwrap_or_default(),
            },
            base,
        })
    }
}

struct Reader<'a>(&'a Call);

impl<'a> Reader<'a> {
    fn known(&self, name: &str) -> Result<Option<&'a Value>, IndexError> {
        let Some(value) = self.0.kwargs.get(name) else { return Ok(None) };
        match value.find_opaque() {
            Some(opaque) => Err(self.error(name, &format!("is not known statically: {}", opaque.reason))),
            None if *value == Value::None => Ok(None),
            None => Ok(Some(value)),
        }
    }

    fn text(&self, name: &str) -> Result<Option<SmolStr>, IndexError> {
        let text = |value: &Value| value.as_str().map(SmolStr::new).ok_or_else(|| self.error(name, "is not a text"));
        self.known(name)?.map(text).transpose()
    }

    fn texts(&self, name: &str) -> Result<Vec<SmolStr>, IndexError> {
        let texts = |value: &Value| value.strings().ok_or_else(|| self.error(name, "is not a list of texts"));
        Ok(self.known(name)?.map(texts).transpose()?.unwrap_or_default())
    }

    fn expressions(&self) -> Result<Vec<Value>, IndexError> {
        match self.0.args.iter().find_map(Value::find_opaque) {
            Some(opaque) => Err(self.error("expressions", &format!("is not known statically: {}", opaque.reason))),
            None => Ok(self.0.args.clone()),
        }
    }

    fn pairs(&self, name: &str) -> Result<Vec<(Value, SmolStr)>, IndexError> {
        let items = self.known(name)?.and_then(Value::items).unwrap_or_default();
        let pair = |item: &Value| match item.items()? {
            [expression, Value::Str(operator)] => Some((expression.clone(), operator.clone())),
            _ => None,
        };
        items.iter().map(|item| pair(item).ok_or_else(|| self.error(name, "is not a list of pairs"))).collect()
    }

    /// The pairs of an exclusion constraint. Up to Django 4.2, the operator classes are an argument of their own.
    fn expressions_with_opclasses(&self) -> Result<Vec<(Value, SmolStr)>, IndexError> {
        let mut pairs = self.pairs("expressions")?;
        for ((expression, _), opclass) in pairs.iter_mut().zip(self.texts("opclasses")?) {
            let args = vec![expression.clone(), Value::Str(opclass)];
            *expression = Value::call("django.contrib.postgres.indexes.OpClass", args, Kwargs::default(), None);
        }
        Ok(pairs)
    }

    fn deferrable(&self) -> Result<Option<Deferrable>, IndexError> {
        let Some(value) = self.known("deferrable")? else { return Ok(None) };
        let name = match value {
            Value::Reference(path) => path.rsplit('.').next().unwrap_or_default(),
            Value::Str(text) => text,
            // Django serializes the member as `Deferrable['DEFERRED']`, and the bridge as its value.
            Value::Call(call) => call.args.first().and_then(Value::as_str).unwrap_or_default(),
            _ => "",
        };
        match name.to_ascii_lowercase().as_str() {
            "deferred" => Ok(Some(Deferrable::Deferred)),
            "immediate" => Ok(Some(Deferrable::Immediate)),
            _ => Err(self.error("deferrable", "is neither DEFERRED nor IMMEDIATE")),
        }
    }

    fn error(&self, name: &str, why: &str) -> IndexError {
        IndexError::Argument { class: self.0.callee.clone(), name: name.into(), why: why.into() }
    }
}
