"""The form of a gate."""

from typing import Any

import msgspec

from api.http.decoding import decode
from api.web.forms import Form
from api.web.numbers import read_number
from shared.gates.policy import GatePolicy
from shared.kit.errors import Fault, InvalidInput
from shared.kit.ids import known_uuid
from shared.runs.errors import RunNotFound

MAX_GOLDEN_CHARACTERS = 100_000


def read(form: Form) -> tuple[str, GatePolicy]:
    """Read the name and the policy of a gate; raises InvalidInput."""
    if (name := form.text("name")) is None:
        raise InvalidInput(Fault("/name", "name: give the gate a name, such as “main”."))
    margin = read_number(form.text("margin"), "margin", "0.01")
    policy: dict[str, Any] = {
        "baseline": _baseline(form),
        "metrics": [{"metric": form.texts.get("metric", ""), "margin": margin}],
        "slices": [{"column": column, "margin": margin} for column in form.words("slices", limit=500, at_most=10)],
        "golden_ids": _golden(form),
    }
    if (alpha := read_number(form.text("alpha"), "alpha", "0.05")) is not None:
        policy["alpha"] = alpha
    return name, decode(msgspec.json.encode(policy), GatePolicy)


def _baseline(form: Form) -> dict[str, Any]:
    if run_id := form.text("run_id"):
        return {"run_id": str(known_uuid(run_id, RunNotFound))}
    return {"tag": form.text("tag", limit=50), "model_name": form.text("model_name", limit=255)}


def _golden(form: Form) -> list[str]:
    text = form.text("golden_ids", limit=MAX_GOLDEN_CHARACTERS) or ""
    return [line.strip() for line in text.splitlines() if line.strip()]
