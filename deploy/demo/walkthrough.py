"""The steps of the demo, in order."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import evalserve

from deploy.demo import account, detection, evaluations
from deploy.demo.digits import train_and_predict
from deploy.demo.errors import DemoFailed
from deploy.demo.jobs import PATIENCE_S, download, wait_for_success
from deploy.demo.receiver import Receiver, is_authentic, receiver
from deploy.demo.service import Service

Say = Callable[[str], None]

_OPENINGS = {"report.html": b"<!DOCTYPE html>", "plot.png": b"\x89PNG", "plot.svg": b"<?xml"}
_BEST = "support vectors"


@dataclass(frozen=True, slots=True)
class _SubmittedJob:
    """One job, and the words that its messages use."""

    job_id: str
    kind: str
    model: str


def walk_through(service: Service, say: Say) -> None:
    """Fill the demo account, or find what is there, and verify it; raises DemoFailed at the first wrong result."""
    say(f"evalserve runs at {service.url}")
    owner = account.open_account(service.url, service.data_dir)
    with evalserve.Client(service.url, owner.key) as client:
        held_out = train_and_predict()
        training_count, test_count = held_out.training_count, len(held_out.labels)
        say(f"Three models learned from {training_count} handwritten digits and read {test_count} others:")
        matrices = evaluations.evaluate(client, held_out, say)
        curve = evaluations.curve(client, held_out)
        project = detection.fill_project(client, held_out.models, say)
        _report(client, matrices[_BEST], say)
        wait_for_success(client, curve)
    _end(service.url, owner, matrices, curve, project, say)


def _report(client: evalserve.Client, matrix: str, say: Say) -> None:
    """Order the files of the best model, fetch them, and verify the callbacks that announce them."""
    with receiver() as callbacks:
        jobs = [_submit(client, callbacks, kind, matrix) for kind in ("report", "plot")]
        for job in jobs:
            for artifact in wait_for_success(client, job.job_id)["artifacts"]:
                content = download(client, artifact)
                if not content.startswith(_OPENINGS[artifact["name"]]):
                    raise DemoFailed(f"{artifact['name']} of the {job.model} begins with {content[:20]!r}")
                size = artifact["size_bytes"]
                say(f"{job.kind} of the {job.model}, {artifact['name']} ({size:,} bytes):\n  {artifact['url']}")
        _verify_callbacks(client, callbacks, jobs, say)


def _submit(client: evalserve.Client, callbacks: Receiver, kind: str, matrix: str) -> _SubmittedJob:
    body = {"kind": kind, "cm_uid": matrix, "options": {"title": f"Digits, {_BEST}"}, "callback_url": callbacks.url}
    return _SubmittedJob(client.send("POST", "/v1/jobs", json=body)["id"], kind, _BEST)


def _verify_callbacks(
    client: evalserve.Client, callbacks: Receiver, submitted_jobs: list[_SubmittedJob], say: Say
) -> None:
    secret = client.send("GET", "/v1/webhooks/secret")["secret"]
    pending_jobs = {job.job_id: job for job in submitted_jobs}
    deadline = time.monotonic() + PATIENCE_S
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


def _end(url: str, owner: account.Account, matrices: Mapping[str, str], curve: str, project: str, say: Say) -> None:
    uids = "&".join(f"uid={uid}" for uid in matrices.values())
    say(
        f"""
Sign in at {url}/app/sign-in
  e-mail    {owner.email}
  password  {owner.password}
and look at
  the runs             {url}/app/runs
  their comparisons    {url}/app/comparisons
  the gates            {url}/app/gates
  the three models     {url}/app/compare?{uids}
  the best one         {url}/app/matrices/{matrices[_BEST]}
  curves of a forest   {url}/app/curves/{curve}
  detection            {url}/app/projects/{project}
  its models           {url}/app/projects/{project}/models"""
    )
