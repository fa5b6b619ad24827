"""Estimators of scikit-learn."""

from collections.abc import Mapping, Sequence
from typing import Any

from evalserve.client import Client
from evalserve.run import Run
from evalserve.values import check_order


def evaluate(
    estimator: Any,
    X: Any,  # noqa: N803 -- what scikit-learn calls it
    y: Any,
    *,
    id: Any = None,
    sample_weight: Any = None,
    slices: Mapping[str, Any] | Sequence[str] | None = None,
    client: Client | None = None,
    **description: Any,
) -> Run:
    """Let a fitted classifier predict X, and create a run of its predictions and probabilities.

    `slices` are names of columns of X, or vectors by name. Without `id`, the samples of a DataFrame have those of its
    index. Raises InputRefused, NeedsMapping, NotPermitted and ServiceUnavailable.
    """
    check_order({"X": X, "y": y})
    if slices is not None and not isinstance(slices, Mapping):
        slices = {name: X[name] for name in slices}
    is_frame = hasattr(X, "index") and hasattr(X, "columns")
    has_probabilities = hasattr(estimator, "predict_proba")
    description.setdefault("model_name", type(getattr(estimator, "best_estimator_", estimator)).__name__)
    return (client or Client()).evaluate(
        y_true=y,
        y_pred=estimator.predict(X),
        y_score=estimator.predict_proba(X) if has_probabilities else None,
        classes=list(getattr(estimator, "classes_", [])) or None,
        id=[str(value) for value in X.index] if id is None and is_frame else id,
        sample_weight=sample_weight,
        slices=slices,
        **description,
    )
