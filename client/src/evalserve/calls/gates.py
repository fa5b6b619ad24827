"""Conversations about gates: a policy that decides, and the checks of candidates."""

from collections.abc import Mapping
from typing import Any

from evalserve.calls import runs
from evalserve.calls.waiting import WAITING, ended
from evalserve.connection.steps import Request, Steps, post
from evalserve.errors import EvalserveError, InputRefused, message_of

_MAX_LISTED = 100

# Checks by a policy whose gate another build changes at the same moment, as pull requests with two policies do.
_TRIES = 5

# What a policy says where it says nothing, by the document of the API.
DEFAULTS: Mapping[str, Any] = {
    "metrics": [{"metric": "accuracy", "label": None, "margin": None}],
    "slices": [],
    "group": None,
    "golden_ids": [],
    "new_samples": "fail",
    "removed_samples": "fail",
    "alpha": 0.05,
    "allow_inconclusive": False,
}
_OF_ENTRIES: Mapping[str, Mapping[str, Any]] = {
    "metrics": {"label": None, "margin": None},
    "slices": {"margin": None},
}
_OF_BASELINE = {"run_id": None, "tag": None, "model_name": None}


def find(reference: str) -> Steps[dict[str, Any]]:
    """Return the gate with this id, or the newest of this name; raises InputRefused."""
    found = yield from _found(reference)
    if found is None:
        raise InputRefused(f"There is no gate with the id or name {reference!r}.")
    return found


def put(policy: Mapping[str, Any]) -> Steps[dict[str, Any]]:
    """Return the gate of this name with this policy: a new one, a new version, or the one that is as it should be."""
    name = policy.get("name")
    if not isinstance(name, str):
        raise InputRefused("A policy needs a `name`, by which its gate is found again.")
    found = yield from _found(name)
    if found is None or found["name"] != name:
        gate: dict[str, Any] = (yield post("/v1/gates", json=policy)).json()
    elif complete(policy) == found["policy"]:
        gate = found
    else:
        gate = (yield Request("PUT", f"/v1/gates/{found['id']}", json=policy)).json()
    return gate


def complete(policy: Mapping[str, Any]) -> dict[str, Any]:
    """Return a policy without its name, with all that it leaves out."""
    stated = {name: value for name, value in policy.items() if name != "name"}
    for name, defaults in _OF_ENTRIES.items():
        if isinstance(stated.get(name), list):
            stated[name] = [{**defaults, **entry} if isinstance(entry, dict) else entry for entry in stated[name]]
    if isinstance(stated.get("baseline"), dict):
        stated["baseline"] = {**_OF_BASELINE, **stated["baseline"]}
    return {**DEFAULTS, **stated}


def check(gate: str | Mapping[str, Any], candidate: str) -> Steps[dict[str, Any]]:
    """Return the check of a run, by its id or name, by a gate or its policy; raises InputRefused.

    A gate of detectors checks a detection run, by its id or the newest of a model's name. Raises EvalserveError where
    others change the gate of a policy again and again, so that no check is by this policy.
    """
    if isinstance(gate, str):
        return (yield from _ended((yield from _made((yield from find(gate)), candidate))))
    for _ in range(_TRIES):
        held = yield from put(gate)
        made = yield from _made(held, candidate)
        if made["gate_version"] == held["version"]:
            return (yield from _ended(made))
    # A verdict by the rules of somebody else would pass for one by these.
    raise EvalserveError(f"The gate {held['name']!r} is being changed by others; give this policy a name of its own.")


def receipt(check_id: str) -> Steps[dict[str, Any]]:
    """Return the receipt of a check."""
    answer: dict[str, Any] = (yield Request("GET", f"/v1/checks/{check_id}/receipt")).json()
    return answer


def text(check_id: str, form: str) -> Steps[str]:
    """Return a check as `markdown`, `junit` or `badge`."""
    answer = yield Request("GET", f"/v1/checks/{check_id}/{form}")
    return answer.text


def _made(gate: Mapping[str, Any], candidate: str) -> Steps[dict[str, Any]]:
    run = yield from (_detection_run(candidate) if gate["is_of_detectors"] else runs.find(candidate))
    body = {"candidate": run["id"]}
    return (yield post(f"/v1/gates/{gate['id']}/checks", json=body, headers=WAITING)).json()  # type: ignore[no-any-return]


def _found(reference: str) -> Steps[dict[str, Any] | None]:
    page: dict[str, Any] = {"items": [], "next": None}
    while True:
        page = (yield Request("GET", "/v1/gates", params={"limit": _MAX_LISTED, "cursor": page["next"]})).json()
        for gate in page["items"]:
            if reference in (gate["id"], gate["name"]):
                return dict(gate)
        if page["next"] is None:
            return None


def _detection_run(reference: str) -> Steps[dict[str, Any]]:
    page: dict[str, Any] = {"items": [], "next": None}
    while True:
        parameters = {"limit": _MAX_LISTED, "cursor": page["next"]}
        page = (yield Request("GET", "/v1/detection-runs", params=parameters)).json()
        for run in page["items"]:
            if reference in (run["id"], run["model_name"]):
                return dict(run)
        if page["next"] is None:
            raise InputRefused(f"There is no detection run with the id or of the model {reference!r}.")


def _ended(made: dict[str, Any]) -> Steps[dict[str, Any]]:
    made = yield from ended(f"/v1/checks/{made['id']}", made)
    if made["status"] != "ready":
        # Without a verdict: nothing is known of the candidate, whatever it was.
        raise EvalserveError(message_of(made["error"] or {}) or f"The check has the status {made['status']}.")
    return dict(made)
