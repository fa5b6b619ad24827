from typing import Any

import msgspec
import pytest

from api.faults import invalid
from shared.jobs.kinds import AnyWork
from shared.kit.errors import Fault


@pytest.mark.parametrize(
    ("text", "kind", "fault"),
    [
        (b'{"kind": "plot"}', AnyWork, Fault("/cm_uid", "cm_uid: this field is required.")),
        (b'{"kind": "plot", "cm_uid": 1}', AnyWork, Fault("/cm_uid", "cm_uid: expected text, got a whole number.")),
        (
            b'{"kind": "plot", "cm_uid": "x", "options": {"dp": 1}}',
            AnyWork,
            Fault("/options/dp", "options.dp: there is no such field."),
        ),
        (b"[1, [2]]", list[int | str], Fault("/1", "1: expected a whole number or text, got a list.")),
        (b"[1", list[int], Fault("", "The body is not valid JSON: Input data was truncated.")),
        (b"[" * 100_000, Any, Fault("", "The JSON is nested too deeply.")),
    ],
)
def test_a_complaint_becomes_a_place_and_a_sentence(text: bytes, kind: Any, fault: Fault) -> None:
    with pytest.raises((msgspec.DecodeError, RecursionError)) as caught:
        msgspec.json.decode(text, type=kind)

    assert invalid(caught.value).faults == (fault,)


def test_a_pointer_escapes_what_json_pointers_escape() -> None:
    with pytest.raises(msgspec.ValidationError) as caught:
        msgspec.json.decode(b'{"kind": "plot", "cm_uid": "x", "a/b~c": 1}', type=AnyWork)

    assert invalid(caught.value, "/order").faults[0].pointer == "/order/a~1b~0c"
