"""Implementations of Standard Webhooks that are not ours: from PyPI and from npm."""

import base64
import fcntl
import json
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple
from unittest.mock import patch

import pytest
from standardwebhooks import Webhook, WebhookVerificationError, webhooks

FOLDER = Path(__file__).parent


class Message(NamedTuple):
    """A message as it arrived, now or at a past time: both libraries refuse messages older than 5 minutes."""

    secret: str
    headers: Mapping[str, str]
    body: bytes
    arrived_at: datetime | None = None


def verified_by_pypi(messages: Sequence[Message]) -> list[bool]:
    """Return which messages `standardwebhooks` of PyPI finds authentic."""
    return [_is_verified(message) for message in messages]


def verified_by_npm(messages: Sequence[Message]) -> list[bool]:
    """Return which messages `standardwebhooks` of npm finds authentic; skips the test where there is no Node."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip("node and npm are not installed, so the verifier from npm cannot run")
    _install()
    lines = [
        json.dumps(
            {
                "secret": message.secret,
                "headers": dict(message.headers),
                "body": base64.b64encode(message.body).decode(),
                "at": message.arrived_at.timestamp() * 1000 if message.arrived_at else None,
            }
        )
        for message in messages
    ]
    output = subprocess.run(
        ["node", "verify.mjs"], cwd=FOLDER, input="\n".join(lines), capture_output=True, text=True, check=True
    ).stdout
    answers: list[bool] = [json.loads(line) for line in output.splitlines()]
    assert len(answers) == len(messages)
    return answers


def _install() -> None:
    # By version and digest from the lock file; npm's settings name the registry. Test processes take turns.
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
    with patch.object(webhooks, "datetime", wraps=datetime) as clock:
        clock.now.return_value = message.arrived_at or datetime.now(UTC)
        try:
            Webhook(message.secret).verify(message.body, dict(message.headers))
        except WebhookVerificationError:
            return False
        return True
