"""The form of a gate."""

from itertools import zip_longest
from typing import Any, NamedTuple

import msgspec

from api.http.bodies.decoding import decode
from api.web.forms import Form
from api.web.numbers import read_number
from shared.gates.policy import GatePolicy
from shared.kit.errors import Fault, InvalidInput
from shared.kit.ids import known_uuid
from shared.runs.errors import RunNotFound

MAX_GOLDEN_CHARACTERS = 100_000


class TypedMetric(NamedTuple):
    """A metric and its margin, as they were typed."""

    metric: str
    margin: str


def read(form: Form) -> tuple[str, GatePolicy]:
    """Read the name and the policy of a gate; raises InvalidInput."""
    if (name := form.text("name")) is None:
        raise InvalidInput(Fault("/name", "name: give the gate a name, such as “main”."))
    policy: dict[str, Any] = {
        "baseline": _baseline(form),
        "metrics": _metrics(form),
        "slices": _slices(form),
        "group": form.text("group", limit=500),
        "golden_ids": _golden(form),
    }
    if (alpha := read_number(form.text("alpha"), "alpha", "0.05")) is not None:
        policy["alpha"] = alpha
    return name, decode(msgspec.json.encode(policy), GatePolicy)


def metric_rows(form: Form) -> list[TypedMetric]:
    """Return the metrics of the form with the margins beside them, without rows in which nothing is typed."""
    typed = zip_longest(form.lists.get("metric", []), form.lists.get("margin", []), fillvalue="")
    rows = [TypedMetric(metric.strip(), margin.strip()) for metric, margin in typed]
    return [row for row in rows if any(row)]


def _metrics(form: Form) -> list[dict[str, Any]]:
    rows = metric_rows(form)
    if not rows:
        raise InvalidInput(Fault("/metrics", "metric: choose at least one."))
    for number, row in enumerate(rows):
        if not row.metric:
            raise InvalidInput(
                Fault(f"/metrics/{number}/metric", f"metric: choose the one of the margin {row.margin}.")
            )
    return [{"metric": row.metric, "margin": read_number(row.margin or None, "margin", "0.01")} for row in rows]


def _slices(form: Form) -> list[dict[str, Any]]:
    columns, margin = (
        form.words("slices", limit=500, at_most=10),
        read_number(form.text("slice_margin"), "margin", "0.01"),
    )
    if margin is not None and not columns:
        raise InvalidInput(Fault("/slices", f"slices: name the columns of the margin {margin:g}, or leave it empty."))
    return [{"column": column, "margin": margin} for column in columns]


def _baseline(form: Form) -> dict[str, Any]:
    if run_id := form.text("run_id"):
        return {"run_id": str(known_uuid(run_id, RunNotFound))}
    return {"tag": form.text("tag", limit=50), "model_name": form.text("model_name", limit=255)}


def _golden(form: Form) -> list[str]:
    text = form.text("golden_ids", limit=MAX_GOLDEN_CHARACTERS) or ""
    return [line.strip() for line in text.splitlines() if line.strip()]
