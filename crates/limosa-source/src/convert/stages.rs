//! The stage that an operation names itself.

use limosa_model::Stage;
use limosa_model::value::Call;

/// Classes of django-syzygy that have a stage without naming it.
const OF_CLASSES: [(&str, Stage); 2] =
    [("syzygy.operations.PostAddField", Stage::PostDeploy), ("syzygy.operations.PreRemoveField", Stage::PreDeploy)];

/// Returns the stage of an operation: the argument `stage`, which Django's own operations do not have, or that of its class.
pub(super) fn of(call: &Call) -> Option<Stage> {
    let named = call.kwargs.get("stage").and_then(Stage::of);
    named.or_else(|| OF_CLASSES.iter().find(|(class, _)| *class == call.callee).map(|(_, stage)| *stage))
}
