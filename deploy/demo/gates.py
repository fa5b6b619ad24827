"""The gates of the demo: one that a better model passes, and one at which a worse model fails."""

from collections.abc import Callable, Mapping

import evalserve

from deploy.demo.errors import DemoFailed

Say = Callable[[str], None]

# For each gate the model of its baseline, the candidate, and the outcome.
_CHECKS = (("logistic regression", "support vectors", "pass"), ("support vectors", "small forest", "fail"))


def check_all(client: evalserve.Client, runs: Mapping[str, evalserve.Run], say: Say) -> None:
    """Check each candidate, or find its check; raises DemoFailed for another outcome."""
    for baseline, candidate, outcome in _CHECKS:
        policy = {
            "name": f"Digits: no worse than {baseline}",
            "baseline": {"run_id": runs[baseline].id},
            "metrics": [{"metric": "accuracy"}, {"metric": "f1.macro"}],
        }
        verdict = _verdict(client, policy, runs[candidate])
        if verdict != outcome:
            raise DemoFailed(f"the gate {policy['name']} says {verdict} of the {candidate} and not {outcome}")
        say(f"Gate “{policy['name']}” for the {candidate}: {verdict}")


def _verdict(client: evalserve.Client, policy: Mapping[str, object], candidate: evalserve.Run) -> str:
    for gate in client.send("GET", "/v1/gates", params={"limit": 100})["items"]:
        if gate["name"] == policy["name"]:
            for check in client.send("GET", f"/v1/gates/{gate['id']}/checks")["items"]:
                if (check["candidate"]["id"], check["status"]) == (candidate.id, "ready"):
                    return str(check["verdict"])
    return client.check(candidate, policy).verdict
