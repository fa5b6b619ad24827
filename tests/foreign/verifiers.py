"""Implementations of Standard Webhooks that are not ours: from PyPI and from npm."""

import base64
import fcntl
import json
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

FOLDER = Path(__file__).parent


class Message(NamedTuple):
    """What a receiver has in its hands."""

    secret: str
    headers: Mapping[str, str]
    body: bytes


def verified_by_pypi(messages: Sequence[Message]) -> list[bool]:
    """Which messages `standardwebhooks` of PyPI finds authentic."""
    return [_is_verified(message) for message in messages]


def verified_by_npm(messages: Sequence[Message]) -> list[bool]:
    """Which messages `standardwebhooks` of npm finds authentic; skips the test where there is no Node."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip("node and npm are not installed, so the verifier from npm cannot run")
    _install()
    lines = [
        json.dumps({"secret": secret, "headers": dict(headers), "body": base64.b64encode(body).decode()})
        for secret, headers, body in messages
    ]
    said = subprocess.run(
        ["node", "verify.mjs"], cwd=FOLDER, input="\n".join(lines), capture_output=True, text=True, check=True
    ).stdout
    answers: list[bool] = [json.loads(line) for line in said.splitlines()]
    assert len(answers) == len(messages)
    return answers


def _install() -> None:
    # By version and digest, as the lock file says; where from is the machine's matter. Test processes take turns.
    with (FOLDER / "package-lock.json").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (FOLDER / "node_modules/standardwebhooks/package.json").exists():
            subprocess.run(
                ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
                cwd=FOLDER,
                check=True,
                capture_output=True,
            )


def _is_verified(message: Message) -> bool:
    try:
        Webhook(message.secret).verify(message.body, dict(message.headers))
    except WebhookVerificationError:
        return False
    return True
