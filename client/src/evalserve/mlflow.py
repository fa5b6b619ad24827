"""Runs in MLflow: metrics with their intervals, the run as a file, and its samples as a table."""

import re
from collections.abc import Iterator
from typing import Any

from evalserve.calls.results import Rows
from evalserve.results.metric_ids import plain
from evalserve.results.run import Run

# The file of this name is shown by MLflow as the evaluation's table.
TABLE = "eval_results_table.json"

# MLflow stores no more in one call than 1,000 metrics, and shows a table of some thousands of rows.
_MAX_METRICS, _MAX_SAMPLES = 1000, 5000

_OF_CLASSES = ("precision", "recall", "f1", "roc_auc")
_UNNAMED = re.compile(r"[^\w\- ]")


def log_run(run: Run, *, samples: int = _MAX_SAMPLES) -> str:
    """Log a run to the active MLflow run, or to a new one of its name, and return the id of the MLflow run.

    `samples` is the most rows of the table. Needs mlflow, of which the errors come.
    """
    import mlflow  # noqa: PLC0415 -- optional, and slow to load

    active = mlflow.active_run()
    if active is None:
        with mlflow.start_run(run_name=run.name or run.id) as started:
            _log(mlflow, run, samples)
            return str(started.info.run_id)
    _log(mlflow, run, samples)
    return str(active.info.run_id)


def metrics_of(run: Run) -> dict[str, float]:
    """Return the metrics under names that MLflow accepts; beside them `_ci_low` and `_ci_high` of their intervals.

    Those of weighted samples begin with `weighted_`, so that no chart draws them beside those of others.
    """
    overall, estimates = ({plain(name): value for name, value in each.items()} for each in (run.metrics, run.estimates))
    metrics = dict(_with_interval(overall, estimates))
    taken: set[str] = set()
    for position, entry in enumerate(run.classes):
        label = _UNNAMED.sub("_", str(entry["label"]))[:100]
        name = label if label and label not in taken else f"{label}_{position}"
        taken.add(name)
        values = {f"{metric}.{name}": entry[metric] for metric in _OF_CLASSES}
        estimates = {f"{metric}.{name}": estimate for metric, estimate in entry["estimates"].items()}
        metrics |= _with_interval(values, estimates)
    prefix = "" if run.weighted_by is None else "weighted_"
    return {f"{prefix}{name}": value for name, value in list(metrics.items())[:_MAX_METRICS]}


def table_of(rows: Rows) -> dict[str, Any]:
    """Return samples as MLflow keeps tables: names of columns, and a list for each row."""
    flat = rows.flat()
    columns = list(dict.fromkeys(name for row in flat for name in row))
    return {"columns": columns, "data": [[row.get(name) for name in columns] for row in flat]}


def _log(mlflow: Any, run: Run, samples: int) -> None:
    mlflow.log_metrics(metrics_of(run))
    weighted = {} if run.weighted_by is None else {"evalserve.weighted_by": run.weighted_by}
    mlflow.set_tags({"evalserve.run_id": run.id, "evalserve.url": run.url, **weighted})
    mlflow.log_dict(run.data | {"metrics": run.metrics, "labels": run.labels, "matrix": run.matrix}, "evalserve.json")
    mlflow.log_dict(table_of(run.samples(at_most=samples)), TABLE)


def _with_interval(values: dict[str, Any], estimates: dict[str, Any]) -> Iterator[tuple[str, float]]:
    for name, value in values.items():
        if value is None:
            continue
        yield name, value
        estimate = estimates.get(name)
        if estimate is not None and estimate["low"] is not None:
            yield f"{name}_ci_low", estimate["low"]
            yield f"{name}_ci_high", estimate["high"]
