"""The evaluations of the demo: a run and a matrix of each model, comparisons, curves, and the weakest slice."""

import math
from collections.abc import Callable, Iterable
from typing import Any

import evalserve

from deploy.demo import gates
from deploy.demo.digits import CLASSES, HeldOut, Predictions
from deploy.demo.errors import DemoFailed

Say = Callable[[str], None]

_TAG, _DATA_SET, _CURVE = "demo", "handwritten digits", "Handwritten digits, small forest"
_VERDICTS = {"small forest": "no_difference_shown", "support vectors": "better"}


def evaluate(client: evalserve.Client, held_out: HeldOut, say: Say) -> dict[str, str]:
    """Evaluate the three models and return the uids of their matrices; raises DemoFailed for a wrong number."""
    runs = {entry.model: _run(client, held_out, entry, say) for entry in held_out.predictions}
    for model, verdict in _VERDICTS.items():
        comparison = _comparison(client, runs[model], runs["logistic regression"])
        if comparison.verdict != verdict:
            raise DemoFailed(f"the verdict on the {model} is {comparison.verdict} and not {verdict}")
        say(f"{model} against logistic regression: {comparison.summary}")
    _explain(runs["small forest"], say)
    gates.check_all(client, runs, say)
    return {entry.model: _matrix(client, held_out, entry) for entry in held_out.predictions}


def curve(client: evalserve.Client, held_out: HeldOut) -> str:
    """Return the id of the job with the curves of the forest."""
    (forest,) = [entry for entry in held_out.predictions if entry.model == "small forest"]
    job = client.send(
        "POST",
        "/v1/jobs",
        headers={"Idempotency-Key": "demo-curve"},
        json={
            "kind": "curve",
            "actual_vector": held_out.labels,
            "probability_vector": forest.probabilities.tolist(),
            "classes": CLASSES,
            "options": {"title": _CURVE},
        },
    )
    return str(job["id"])


def _run(client: evalserve.Client, held_out: HeldOut, predictions: Predictions, say: Say) -> evalserve.Run:
    name = f"Digits, {predictions.model}"
    found = _named(client.list(100, tag=_TAG), name)
    run = (
        client.get(found["id"])
        if found is not None
        else client.evaluate(
            held_out.columns(predictions),
            y_true="digit",
            y_pred="read",
            y_score={label: f"p_{label}" for label in CLASSES},
            id="image",
            slices=["stroke", "width"],
            name=name,
            model_name=predictions.model,
            tags=[_TAG],
        )
    )
    accuracy = run.metrics["accuracy"]
    if accuracy is None or not math.isclose(accuracy, predictions.accuracy, abs_tol=1e-9):
        raise DemoFailed(f"the accuracy is {accuracy}; counted without the service it is {predictions.accuracy}")
    say(f"  {predictions.model:<20} accuracy {accuracy:.1%}   run {run.id}{'' if found is None else ' (found)'}")
    return run


def _comparison(client: evalserve.Client, candidate: evalserve.Run, baseline: evalserve.Run) -> evalserve.Comparison:
    sides = (candidate.id, baseline.id)
    for item in client.send("GET", "/v1/comparisons", params={"limit": 100})["items"]:
        if (item["candidate"]["id"], item["baseline"]["id"], item["status"]) == (*sides, "ready"):
            return client.comparison(item["id"])
    return candidate.compare(baseline, metrics="accuracy", slices=["stroke", "width"])


def _explain(run: evalserve.Run, say: Say) -> None:
    weakest = run.slices(min_support=50)[0]
    say(
        f"The weakest slice of the {run.data['model_name']}: {weakest['column']} {weakest['value']}, "
        f"accuracy {weakest['metric']:.1%} of {weakest['support']}; of all {run.metrics['accuracy']:.1%}"
    )
    calibration = run.calibration(label="8", bins=10)
    lowest = min(calibration.bins, key=lambda row: row["gap"])
    say(
        f"Its calibration for the digit 8: error {calibration.ece:.3f}; where it says {lowest['mean_score']:.0%}, "
        f"{lowest['share']:.0%} are an 8"
    )


def _matrix(client: evalserve.Client, held_out: HeldOut, predictions: Predictions) -> str:
    name = f"Digits, {predictions.model}"
    found = _named(client.send("GET", "/v1/matrices", params={"tag": _TAG, "limit": 100})["items"], name)
    if found is not None:
        return str(found["uid"])
    body = {
        "actual_vector": held_out.labels,
        "predicted_vector": predictions.labels,
        "name": name,
        "model_name": predictions.model,
        "data_set": _DATA_SET,
        "tags": [_TAG],
    }
    return str(client.send("POST", "/v1/matrices", json=body)["uid"])


def _named(items: Iterable[dict[str, Any]], name: str) -> dict[str, Any] | None:
    """The item of this name that is there for good."""
    return next((item for item in items if item["name"] == name and item.get("status", "ready") == "ready"), None)
