from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
import pytest
from msgspec import Meta

from api.http.bodies.decode_errors import invalid
from shared.kinds import AnyArguments
from shared.kit.errors import Fault


@pytest.mark.parametrize(
    ("text", "kind", "fault"),
    [
        (b'{"kind": "plot"}', AnyArguments, Fault("/cm_uid", "cm_uid: this field is required.")),
        (
            b'{"kind": "plot", "cm_uid": 1}',
            AnyArguments,
            Fault("/cm_uid", "cm_uid: expected text, got a whole number."),
        ),
        (
            b'{"kind": "plot", "cm_uid": "x", "options": {"dp": 1}}',
            AnyArguments,
            Fault("/options/dp", "options.dp: not a field of this object."),
        ),
        (b"[1, [2]]", list[int | str], Fault("/1", "1: expected a whole number or text, got a list.")),
        (b"[1", list[int], Fault("", "The body is not valid JSON: it ends too early.")),
        (b"", list[int], Fault("", "The body is not valid JSON: it ends too early.")),
        (b'{"a": {"b": 1e999}}', dict[str, Any], Fault("", "body: number out of range.")),
        (b'["soon"]', list[datetime], Fault("/0", "0: write the time in RFC 3339, such as 2026-06-30T12:00:00Z.")),
        (
            b'["2026-06-30T12:00:00"]',
            list[Annotated[datetime, Meta(tz=True)]],
            Fault("/0", "0: include the time zone, such as 2026-06-30T12:00:00Z."),
        ),
        (b"[true]", list[datetime | None], Fault("/0", "0: expected a time or null, got true or false.")),
        (b'["x"]', list[UUID], Fault("/0", "0: not a valid id.")),
        (b"[" * 100_000, Any, Fault("", "The JSON is nested too deeply.")),
    ],
)
def test_a_complaint_becomes_a_place_and_a_sentence(text: bytes, kind: Any, fault: Fault) -> None:
    with pytest.raises((msgspec.DecodeError, RecursionError)) as caught:
        msgspec.json.decode(text, type=kind)

    assert invalid(caught.value).faults == (fault,)


class _Baseline(msgspec.Struct, forbid_unknown_fields=True, rename="camel"):
    run_id: str | None = None
    tag: str | None = None


class _Policy(msgspec.Struct, forbid_unknown_fields=True):
    baselines: list[_Baseline | None]


def test_a_field_that_an_object_has_not_is_refused_with_those_that_it_has() -> None:
    with pytest.raises(msgspec.ValidationError) as caught:
        msgspec.json.decode(b'{"baselines": [null, {"run": "v1"}]}', type=_Policy)

    said = "baselines.1.run: not a field of this object, which has runId, tag."
    assert invalid(caught.value, "", _Policy).faults == (Fault("/baselines/1/run", said),)


def test_a_pointer_escapes_what_json_pointers_escape() -> None:
    with pytest.raises(msgspec.ValidationError) as caught:
        msgspec.json.decode(b'{"kind": "plot", "cm_uid": "x", "a/b~c": 1}', type=AnyArguments)

    assert invalid(caught.value, "/order").faults[0].pointer == "/order/a~1b~0c"


def test_a_part_that_is_no_json_is_named() -> None:
    with pytest.raises(msgspec.DecodeError) as caught:
        msgspec.json.decode(b"nope")

    (fault,) = invalid(caught.value, "/metadata").faults
    assert fault.pointer == "/metadata"
    assert fault.detail.startswith("metadata is not valid JSON: ")
