"""Bodies that do not fit their operation, and the errors that answer them."""

import codecs
from typing import Any

import msgspec
import pytest

from tests.actors import Client

LABELS = {"actual_vector": [0, 1], "predicted_vector": [0, 1]}

# Address, body, the place of the fault, and the sentence.
CHOICES: list[tuple[str, dict[str, Any], str, str]] = [
    (
        "/v1/jobs",
        {"kind": "pdf"},
        "/kind",
        (
            "kind: expected agreement or compare or curve or export_annotations or label_audit or plot or report "
            "or weak_slices."
        ),
    ),
    (
        "/v1/jobs",
        {"kind": "plot", "cm_uid": "x", "options": {"formats": ["png", "gif"]}},
        "/options/formats/1",
        "options.formats.1: expected png or svg.",
    ),
    ("/curve", {"type": "DET"}, "/type", "type: expected PR or ROC."),
    ("/v1/keys", {"name": "k", "scopes": ["all"]}, "/scopes/0", "scopes.0: expected read or write or account."),
]


@pytest.mark.parametrize(("path", "body", "pointer", "sentence"), CHOICES)
async def test_a_value_that_is_none_of_those_known_is_answered_with_these(
    alice: Client, path: str, body: dict[str, Any], pointer: str, sentence: str
) -> None:
    answer = await alice.post(path, body)

    assert (answer.status_code, answer.json()["errors"]) == (400, [{"pointer": pointer, "detail": sentence}])


async def test_lists_that_are_too_long_or_too_short_are_answered_with_the_limit(alice: Client) -> None:
    short, long = [await alice.post("/compare/", {"cm_uids": ["x"] * count}) for count in (0, 51)]

    assert [answer.json()["detail"] for answer in (short, long)] == [
        "cm_uids: send at least 1 of them.",
        "cm_uids: send at most 50 of them.",
    ]


async def test_a_status_that_is_none_is_answered_with_those_there_are(alice: Client) -> None:
    answer = await alice.get("/v1/jobs", status="done")

    sentence = "status: expected queued or running or succeeded or failed or cancelled."
    assert (answer.status_code, answer.json()["errors"]) == (400, [{"pointer": "/status", "detail": sentence}])


@pytest.mark.parametrize("path", ["/cm/create", "/v1/matrices", "/v1/keys"])
async def test_a_body_in_an_encoding_that_is_not_supported_is_sent_back(alice: Client, path: str) -> None:
    answer = await alice.send("POST", path, {"Content-Encoding": "br"}, content=msgspec.json.encode(LABELS))

    assert (answer.status_code, answer.json()["code"]) == (415, "body-encoded")


@pytest.mark.parametrize("path", ["/cm/create", "/v1/matrices"])
async def test_a_byte_order_mark_in_front_of_a_body_does_not_matter(alice: Client, path: str) -> None:
    answer = await alice.send("POST", path, content=codecs.BOM_UTF8 + msgspec.json.encode(LABELS))

    assert answer.status_code in {200, 201}
    assert answer.json()["uid"]


async def test_a_file_name_that_is_not_utf_8_is_the_senders_problem_in_words(alice: Client) -> None:
    project = (await alice.post("/api/projects", {"name": "holiday"})).json()["id"]
    form = b'--x\r\nContent-Disposition: form-data; name="file"; filename="caf\xe9.png"\r\n\r\nbytes\r\n--x--\r\n'
    kind = {"Content-Type": "multipart/form-data; boundary=x"}
    answer = await alice.send("POST", f"/api/projects/{project}/images", kind, content=form)

    assert answer.status_code == 400
    assert answer.json()["detail"] == "The form contains text that is not UTF-8; this includes file names."


async def test_a_redirect_has_no_body(alice: Client) -> None:
    answer = await alice.http.get("/app/jobs", follow_redirects=False)

    assert (answer.status_code, answer.content) == (303, b"")
