"""The steps of the demo, in order."""

import math
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

from deploy.demo.client import Client
from deploy.demo.digits import HeldOut, Predictions, train_and_predict
from deploy.demo.errors import DemoFailed
from deploy.demo.receiver import Receiver, is_authentic, receiver
from deploy.demo.service import Service

Say = Callable[[str], None]

_PATIENCE_S = 90.0
_OPENINGS = {"report.html": b"<!DOCTYPE html>", "plot.png": b"\x89PNG", "plot.svg": b"<?xml"}


@dataclass(frozen=True, slots=True)
class _SubmittedJob:
    """One job, and the words that its messages use."""

    job_id: str
    kind: str
    model: str


def walk_through(service: Service, say: Say) -> None:
    """Train, sign up, submit, wait, fetch and verify; raises DemoFailed at the first wrong result."""
    say(f"evalserve runs at {service.url}")
    with ExitStack() as stack:
        client, callbacks = stack.enter_context(Client(service)), stack.enter_context(receiver())
        client.sign_up()
        say(f"Signed up as {client.email}")
        held_out = train_and_predict()
        training_count, test_count = held_out.training_count, len(held_out.labels)
        say(f"Two models learned from {training_count} handwritten digits and read {test_count} others:")
        submitted_jobs = [
            job for model in held_out.predictions for job in _submit(client, callbacks, held_out, model, say)
        ]
        for job in submitted_jobs:
            _fetch(client, job, say)
        _verify_callbacks(client, callbacks, submitted_jobs, say)


def _submit(
    client: Client, callbacks: Receiver, held_out: HeldOut, model: Predictions, say: Say
) -> list[_SubmittedJob]:
    uid = client.create_matrix(held_out.labels, model.labels)
    metrics = client.metrics(uid)
    if not math.isclose(metrics["accuracy"], model.accuracy, abs_tol=1e-9):
        raise DemoFailed(f"the accuracy is {metrics['accuracy']}; counted without the service it is {model.accuracy}")
    say(f"  {model.model:<20} accuracy {metrics['accuracy']:.1%}   F1 {metrics['f1']:.3f}   matrix {uid}")
    title = f"Digits, {model.model}"
    return [
        _SubmittedJob(client.submit(kind, uid, title=title, callback_url=callbacks.url), kind, model.model)
        for kind in ("report", "plot")
    ]


def _fetch(client: Client, job: _SubmittedJob, say: Say) -> None:
    for artifact in client.wait_for_success(job.job_id, _PATIENCE_S)["artifacts"]:
        content = client.download(artifact)
        if not content.startswith(_OPENINGS[artifact["name"]]):
            raise DemoFailed(f"{artifact['name']} of the {job.model} begins with {content[:20]!r}")
        size = artifact["size_bytes"]
        say(f"{job.kind} of the {job.model}, {artifact['name']} ({size:,} bytes):\n  {artifact['url']}")


def _verify_callbacks(client: Client, callbacks: Receiver, submitted_jobs: list[_SubmittedJob], say: Say) -> None:
    secret, pending_jobs = client.callback_secret(), {job.job_id: job for job in submitted_jobs}
    deadline = time.monotonic() + _PATIENCE_S
    while pending_jobs:
        callback = callbacks.next(max(0, deadline - time.monotonic()))
        if not is_authentic(callback, secret):
            raise DemoFailed("a callback arrived whose signature is wrong")
        event: dict[str, Any] = callback.event()
        if event["type"] != "job.succeeded":
            raise DemoFailed(f"a callback announced {event['type']}")
        # The same event may arrive twice, as Standard Webhooks says.
        if job := pending_jobs.pop(event["data"]["id"], None):
            say(f"callback {event['type']} received, signature verified: {job.kind} of the {job.model}")
