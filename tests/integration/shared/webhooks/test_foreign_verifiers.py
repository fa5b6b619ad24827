"""Two implementations that are not ours accept what we sign, and nothing else."""

import json
import random
from datetime import UTC, datetime, timedelta

import pytest

from shared.webhooks.signing import secret_text, sign
from tests.foreign.verifiers import Message, verified_by_npm, verified_by_pypi

CHARACTERS = 'aZ09 ."\\/\n\u0000\u00e4\u20ac\u2028\ud7ff\U0001f600'


def _messages(number: int, *, seed: int = 1) -> list[Message]:
    source = random.Random(seed)
    made = []
    for index in range(number):
        text = "".join(source.choices(CHARACTERS, k=source.randrange(200)))
        body = json.dumps({"type": "job.succeeded", "data": text}, ensure_ascii=index % 2 == 0).encode()
        secrets = [source.randbytes(32) for _ in range(1 + index % 3)]
        headers = sign(f"msg_{index}", datetime.now(UTC), body, secrets)
        # Whichever of the secrets the receiver has.
        made.append(Message(secret_text(source.choice(secrets)), headers, body))
    return made


@pytest.mark.parametrize("verified", [verified_by_pypi, verified_by_npm])
def test_what_we_sign_is_accepted(verified: type) -> None:
    assert verified(_messages(300)) == [True] * 300


@pytest.mark.parametrize("verified", [verified_by_pypi, verified_by_npm])
def test_an_old_message_is_accepted_as_of_its_arrival_and_refused_now(verified: type) -> None:
    then = datetime.now(UTC) - timedelta(hours=1)
    old = Message(secret_text(b"s" * 32), sign("msg_0", then, b"{}", [b"s" * 32]), b"{}")
    late = then + timedelta(minutes=6)

    messages = [old._replace(arrived_at=then), old, old._replace(arrived_at=late), *_messages(1)]
    assert verified(messages) == [True, False, False, True]


@pytest.mark.parametrize("verified", [verified_by_pypi, verified_by_npm])
def test_what_was_changed_on_its_way_is_refused(verified: type) -> None:
    (good,) = _messages(1)
    old = sign("msg_0", datetime.now(UTC) - timedelta(minutes=6), good.body, [b"s" * 32])
    changed = [
        good._replace(body=good.body.replace(b"job.succeeded", b"job.succeedee")),
        good._replace(body=good.body + b" "),
        good._replace(headers={**good.headers, "webhook-id": "msg_1"}),
        good._replace(headers={**good.headers, "webhook-timestamp": str(int(good.headers["webhook-timestamp"]) + 1)}),
        good._replace(secret=secret_text(b"another secret of 32 characters!")),
        good._replace(headers={**good.headers, "webhook-signature": "v1,AAAA"}),
        Message(secret_text(b"s" * 32), old, good.body),
    ]

    assert verified([good, *changed]) == [True] + [False] * len(changed)
