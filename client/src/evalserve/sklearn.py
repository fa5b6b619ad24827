"""Estimators of scikit-learn."""

from collections.abc import Mapping, Sequence
from typing import Any

from evalserve.client import Client
from evalserve.errors import InputRefused
from evalserve.inputs.values import check_order
from evalserve.results.run import Run


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
    _check_outputs(estimator)
    has_probabilities = hasattr(estimator, "predict_proba")
    description.setdefault("model_name", type(getattr(estimator, "best_estimator_", estimator)).__name__)
    return (client or Client()).evaluate(
        y_true=y,
        y_pred=estimator.predict(X),
        y_score=_scores(estimator, estimator.predict_proba(X)) if has_probabilities else None,
        classes=_classes(estimator),
        id=[str(value) for value in X.index] if id is None and is_frame else id,
        sample_weight=sample_weight,
        slices=slices,
        **description,
    )


def _outputs(estimator: Any) -> list[list[Any]] | None:
    """The classes of each output, of estimators that have several; None of others."""
    classes: Any = getattr(estimator, "classes_", None)
    # A list of class names or numbers is that of one output.
    are_arrays = isinstance(classes, list) and len(getattr(classes[0], "shape", [])) == 1
    return [list(one) for one in classes] if are_arrays else None


def _check_outputs(estimator: Any) -> None:
    outputs = _outputs(estimator)
    if outputs is not None and any(not {*classes} <= {0, 1} for classes in outputs):
        raise InputRefused(
            f"The estimator predicts {len(outputs)} outputs, and not each of them is 0 or 1: evaluate one at a time, "
            "with its column of the predictions as y_pred."
        )


def _classes(estimator: Any) -> list[Any] | None:
    """The classes, or the positions of the outputs, as other estimators number labels."""
    outputs = _outputs(estimator)
    return list(getattr(estimator, "classes_", [])) or None if outputs is None else list(range(len(outputs)))


def _scores(estimator: Any, probabilities: Any) -> Any:
    """The probabilities of each class; of several outputs, those of 1 in each."""
    outputs = _outputs(estimator)
    if outputs is None or not isinstance(probabilities, list):
        return probabilities
    return {
        at: of_output[:, classes.index(1)] if 1 in classes else [0.0] * len(of_output)
        for at, (classes, of_output) in enumerate(zip(outputs, probabilities, strict=True))
    }
