import pytest

from api.http.bodies import json_bodies
from api.runs.bodies import RunIn, read_json
from shared.kit.errors import Fault, InvalidInput


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        (
            b'{"records": [{"y_true": 1, "y_pred": 1}, {"y_true": 1, "y_pred": 0, "y_pred": 1}]}',
            Fault("/records/1", "records.1: has the key “y_pred” twice; send every key once."),
        ),
        (
            b'{"data": {"y_true": [1], "y_pred": [0], "y_pred": [1]}}',
            Fault("/data", "data: has the key “y_pred” twice; send every key once."),
        ),
        (
            b'{"data": {"y_true": [1], "y_pred": [0]}, "data": {"y_true": [1], "y_pred": [1]}}',
            Fault("/data", "data: stands twice in the body; send it once."),
        ),
    ],
)
def test_a_key_that_stands_twice_in_the_rows_of_a_run_is_refused_with_its_place(body: bytes, fault: Fault) -> None:
    with pytest.raises(InvalidInput) as raised:
        read_json(json_bodies.split(body, RunIn))

    assert raised.value.faults == (fault,)


def test_records_are_kept_as_they_were_sent() -> None:
    body = b'{"records": [{"y_true": 1.0, "y_pred":\n12345678901234567890}]}'

    assert read_json(json_bodies.split(body, RunIn)).body == b'{"y_true": 1.0, "y_pred": 12345678901234567890}'
