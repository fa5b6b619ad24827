"""Runs as model cards: Markdown for readers, and the metadata that Hugging Face reads."""

import json
import re
from collections.abc import Sequence
from typing import Any

from evalserve.errors import InputRefused
from evalserve.results.run import AsyncRun, Run
from evalserve.results.texts import number

# A larger matrix is no longer read at a glance.
_MAX_CLASSES = 20

_ACTIVE = re.compile(r"([\\`*_{}\[\]<>()#+\-.!|~$&:@])")


def markdown(run: Run | AsyncRun) -> str:
    """Return a run as Markdown: metrics with their intervals, classes and matrix; texts of users stay texts."""
    name = run.data["model_name"] or run.name or run.id
    version = f" {run.data['model_version']}" if run.data["model_version"] else ""
    metrics = [(text(key), number(value), _interval(run.estimates.get(key))) for key, value in run.metrics.items()]
    classes = [
        (text(row["label"]), *(number(row[key]) for key in ("precision", "recall", "f1")), f"{row['support']:,}")
        for row in run.classes
    ]
    by, also = ("", "") if run.weighted_by is None else (f", weighted by {text(run.weighted_by)},", ", weighted")
    parts = [
        f"# {text(name + version)}",
        f"Evaluated on {run.rows:,} samples{by} by evalserve: run `{run.id}`.",
        "## Metrics",
        table(("metric", f"value{also}", "95 % interval"), metrics),
    ]
    if classes:
        rates = (f"{name}{also}" for name in ("precision", "recall", "F1"))
        parts += ["## Classes", table(("class", *rates, "support"), classes)]
    if run.matrix and len(run.labels) <= _MAX_CLASSES:
        rows = [
            (text(label), *(f"{count:,.10g}" for count in counts))
            for label, counts in zip(run.labels, run.matrix, strict=True)
        ]
        parts += [
            "## Matrix" if run.weighted_by is None else "## Matrix of weights",
            table(("actual / predicted", *map(text, run.labels)), rows),
        ]
    parts += [f"Notice: {text(notice)}" for notice in run.notices]
    return "\n\n".join(parts) + "\n"


def hugging_face(run: Run | AsyncRun, *, dataset: str, dataset_name: str | None = None, task: str) -> str:
    """Return a model card for Hugging Face: `model-index` with the metrics, and the Markdown below it.

    `dataset` is the id of the data set there, `task` one such as `image-classification`. Raises InputRefused.
    """
    results = [
        {"type": key, "name": f"{key}{_weighted(run)}", "value": value}
        for key, value in run.metrics.items()
        if value is not None
    ]
    if not results:
        raise InputRefused("A model card needs a metric, and all of this run are undefined.")
    result = {
        "task": {"type": task},
        "dataset": {"type": dataset, "name": dataset_name or dataset},
        "metrics": results,
        "source": {"name": "evalserve", "url": run.url},
    }
    name = run.data["model_name"] or run.name or run.id
    metadata = {"model-index": [{"name": name, "results": [result]}]}
    return f"---\n{_yaml(metadata)}\n---\n{markdown(run)}"


def eval_results(run: Run | AsyncRun, *, dataset: str, task_id: str, metric: str = "accuracy") -> str:
    """Return a file for `.eval_results/` of a Hugging Face model: one metric on a benchmark; raises InputRefused."""
    value = run.metrics.get(metric)
    if value is None:
        raise InputRefused(f"The run has no value for {metric!r}; it has {', '.join(run.metrics)}.")
    entry = {
        "dataset": {"id": dataset, "task_id": task_id},
        "value": value,
        "date": run.data["created_at"],
        "source": {"url": run.url, "name": "evalserve"},
        "notes": f"{metric}{_weighted(run)} {_interval(run.estimates.get(metric))}".strip(),
    }
    return _yaml([entry]) + "\n"


def _weighted(run: Run | AsyncRun) -> str:
    """What is said behind a figure of weighted samples."""
    return "" if run.weighted_by is None else f", weighted by {run.weighted_by}"


def _yaml(value: Any) -> str:
    # JSON in ASCII is YAML, whatever is in the texts of users.
    return json.dumps(value, indent=1)


def _interval(estimate: dict[str, Any] | None) -> str:
    if estimate is None or estimate["low"] is None:
        return ""
    return f"{estimate['low']:.4f} to {estimate['high']:.4f}"


def table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    """Return a table of Markdown, whose cells are Markdown already."""
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def text(value: Any) -> str:
    """Return a text of a user that Markdown shows as it is."""
    line = " ".join(str(value).split()) or " "
    return _ACTIVE.sub(r"\\\1", line if line.isprintable() else line.encode("unicode_escape").decode())
