"""Messages are those that Celery would have written."""

import json
from typing import Any
from uuid import UUID

import pytest
from celery import Celery
from kombu.connection import Connection

from shared.kit.broker import Wakeup
from shared.kit.broker_messages import encode, job_id_of

JOB_ID = UUID("01a22a41-40f2-7a39-b4fa-2136b726fd54")
# New in each message.
OWN = "an id"


@pytest.fixture
def by_celery() -> dict[str, Any]:
    """The message that Celery sends for the job, as its transport keeps it."""
    app = Celery("evalserve", set_as_current=False)
    connection: Any = Connection("memory://")  # type: ignore[no-untyped-call] # kombu has no types
    with connection.Producer() as producer:
        app.send_task(
            Wakeup.RUN_JOB.value, [str(JOB_ID)], queue=Wakeup.RUN_JOB.queue, producer=producer, ignore_result=True
        )
    message: dict[str, Any] = connection.default_channel._get(Wakeup.RUN_JOB.queue)
    return message


def test_a_message_has_the_members_that_celery_gives_it(by_celery: dict[str, Any]) -> None:
    written = json.loads(encode(Wakeup.RUN_JOB.value, Wakeup.RUN_JOB.queue, JOB_ID))

    assert job_id_of(json.dumps(by_celery).encode()) == job_id_of(json.dumps(written).encode()) == JOB_ID
    for message in (written, by_celery):
        del message["body"]
        for part, name in [("headers", "id"), ("headers", "root_id"), ("properties", "correlation_id")]:
            assert message[part][name] == message["headers"]["id"] or message[part][name] == OWN
        message["properties"]["delivery_tag"] = OWN
        _forget_id(message)
    # What else Celery writes says where it comes from, and where nobody waits for the answer.
    others = {"shadow", "group_index", "origin", "replaced_task_nesting", "stamped_headers", "stamps"}
    assert set(by_celery["headers"]) - set(written["headers"]) == others
    assert set(by_celery["properties"]) - set(written["properties"]) == {"reply_to"}
    for part in ("headers", "properties"):
        assert written[part] == {name: by_celery[part][name] for name in written[part]}
    assert {name: written[name] for name in ("content-encoding", "content-type")} == {
        "content-encoding": "utf-8",
        "content-type": "application/json",
    }


def _forget_id(message: dict[str, Any]) -> None:
    message["headers"] |= {"id": OWN, "root_id": OWN}
    message["properties"]["correlation_id"] = OWN
