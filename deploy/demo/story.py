"""What the demo does, in the order in which it is told."""

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
class _Asked:
    """One job, and in which words it is spoken of."""

    job_id: str
    kind: str
    model: str


def tell(service: Service, say: Say) -> None:
    """Train, sign up, submit, wait, fetch and verify; raises DemoFailed at the first thing that is not right."""
    say(f"evalserve runs at {service.url}")
    with ExitStack() as stack:
        client, callbacks = stack.enter_context(Client(service)), stack.enter_context(receiver())
        client.sign_up()
        say(f"Signed up as {client.email}")
        held_out = train_and_predict()
        learned, read = held_out.learned_from, len(held_out.labels)
        say(f"Two models learned from {learned} handwritten digits and read {read} others:")
        asked = [job for model in held_out.predictions for job in _submit(client, callbacks, held_out, model, say)]
        for job in asked:
            _fetch(client, job, say)
        _hear(client, callbacks, asked, say)


def _submit(client: Client, callbacks: Receiver, held_out: HeldOut, model: Predictions, say: Say) -> list[_Asked]:
    uid = client.create_matrix(held_out.labels, model.labels)
    figures = client.figures(uid)
    if not math.isclose(figures["accuracy"], model.accuracy, abs_tol=1e-9):
        raise DemoFailed(f"the accuracy is {figures['accuracy']}; counted without the service it is {model.accuracy}")
    say(f"  {model.model:<20} accuracy {figures['accuracy']:.1%}   F1 {figures['f1']:.3f}   matrix {uid}")
    title = f"Digits, {model.model}"
    return [
        _Asked(client.submit(kind, uid, title=title, callback_url=callbacks.url), kind, model.model)
        for kind in ("report", "plot")
    ]


def _fetch(client: Client, job: _Asked, say: Say) -> None:
    for made in client.finished(job.job_id, _PATIENCE_S)["artifacts"]:
        content = client.download(made)
        if not content.startswith(_OPENINGS[made["name"]]):
            raise DemoFailed(f"{made['name']} of the {job.model} begins with {content[:20]!r}")
        say(f"{job.kind} of the {job.model}, {made['name']} ({made['size_bytes']:,} bytes):\n  {made['url']}")


def _hear(client: Client, callbacks: Receiver, asked: list[_Asked], say: Say) -> None:
    secret, awaited = client.callback_secret(), {job.job_id: job for job in asked}
    deadline = time.monotonic() + _PATIENCE_S
    while awaited:
        callback = callbacks.next(max(0, deadline - time.monotonic()))
        if not is_authentic(callback, secret):
            raise DemoFailed("a callback arrived whose signature is wrong")
        event: dict[str, Any] = callback.event()
        if event["type"] != "job.succeeded":
            raise DemoFailed(f"a callback told {event['type']}")
        # The same event may be told twice, as Standard Webhooks says.
        if job := awaited.pop(event["data"]["id"], None):
            say(f"callback {event['type']} received, signature verified: {job.kind} of the {job.model}")
