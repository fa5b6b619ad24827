"""The calculator API, as its documented samples show it and as its words imply."""

import json
import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx2
import pytest

from shared.evaluation.calculators.tables import CONFUSION, DIAGNOSTIC, FBETA
from shared.kit import clock
from tests.actors import Client

SAMPLES = Path(__file__).parents[2] / "data/calculators"

ASKED: dict[str, dict[str, Any]] = {
    "confusion": {"tp": "90", "fp": "10", "fn": "5", "tn": "95"},
    "diagnostic": {"sensitivity": "0.95", "specificity": "0.90", "prevalence": "0.01"},
    "fbeta": {"precision": "0.9", "recall": "0.947", "beta": "1"},
    "meta": {},
}


async def ask(client: Client, path: str) -> httpx2.Response:
    """GET with whatever query the path has."""
    return await client.http.get(path, headers={"X-API-Key": client.key})


def without_moment(text: str) -> str:
    text = re.sub(r'("timestamp": )"[^"]*"', r"\1*", text)
    return re.sub(r'("request_id": )"[^"]*"', r"\1*", text)


@pytest.mark.parametrize("name", ASKED)
async def test_the_samples_are_answered_byte_for_byte_but_for_moment_and_id(alice: Client, name: str) -> None:
    answer = await alice.http.get(f"/v1/{name}", params=ASKED[name], headers={"x-oanor-key": alice.key})

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    shown = json.dumps(json.loads(answer.content.decode()), indent=4, ensure_ascii=False)
    expected = (SAMPLES / f"{name}.json").read_text().rstrip("\n")
    assert without_moment(shown) == without_moment(expected)


@pytest.mark.parametrize("name", ["confusion", "diagnostic", "fbeta"])
async def test_a_body_gets_the_same_answer_whether_it_holds_texts_or_numbers(alice: Client, name: str) -> None:
    asked = await alice.get(f"/v1/{name}", **ASKED[name])
    numbers = {key: json.loads(value) for key, value in ASKED[name].items()}

    answers = [await alice.post(f"/v1/{name}", body) for body in (ASKED[name], numbers)]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert [answer.json()["data"] for answer in answers] == [asked.json()["data"]] * 2
    assert [answer.json()["message"] for answer in answers] == [asked.json()["message"]] * 2


async def test_the_id_is_a_uuid_of_version_four_and_the_same_in_header_and_log(
    alice: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    began = clock.now()
    answer = await alice.get("/v1/confusion", **ASKED["confusion"])

    meta = answer.json()["meta"]
    assert UUID(meta["request_id"]).version == 4
    assert meta["request_id"] == answer.headers["x-request-id"]
    logged = [json.loads(line) for line in capsys.readouterr().out.splitlines() if '"/v1/confusion"' in line]
    assert [line["request_id"] for line in logged] == [meta["request_id"]]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", meta["timestamp"])
    moment = datetime.fromisoformat(meta["timestamp"])
    assert began - timedelta(milliseconds=1) <= moment <= clock.now()


async def test_counts_can_stand_for_precision_and_recall(alice: Client) -> None:
    answer = (await alice.get("/v1/fbeta", tp=90, fp=10, fn=5, beta="2")).json()

    assert answer["data"] == {
        "note": FBETA.note,
        "inputs": {"fn": 5, "fp": 10, "tp": 90, "beta": 2, "recall": 0.947368, "precision": 0.9},
        "fbeta_score": 0.9375,
    }


async def test_counts_are_exact_where_floats_are_not(alice: Client) -> None:
    most = 10**15 - 1
    answer = (await alice.get("/v1/confusion", tp=most, fp=0, fn=0, tn=most)).json()["data"]

    assert answer["inputs"]["total"] == 2 * most
    assert (answer["mcc"], answer["accuracy"], answer["npv"]) == (1, 1, 1)
    assert '"mcc":1,' in (await alice.get("/v1/confusion", tp=most, fp=0, fn=0, tn=most)).text


@pytest.mark.parametrize(
    ("path", "null"),
    [
        ("/v1/confusion?tp=0&fp=0&fn=0&tn=0", {entry.name for entry in CONFUSION.entries}),
        ("/v1/confusion?tp=0&fp=1&fn=1&tn=1", {"f1_score"}),
        ("/v1/diagnostic?sensitivity=1&specificity=1&prevalence=0", {"ppv", "likelihood_ratio_positive", "dor"}),
        ("/v1/diagnostic?sensitivity=1&specificity=0&prevalence=1", {"likelihood_ratio_negative", "npv", "dor"}),
        ("/v1/fbeta?precision=0&recall=0", {"fbeta_score"}),
        ("/v1/fbeta?precision=0.5&recall=0&beta=0", {"fbeta_score"}),
        ("/v1/fbeta?tp=0&fp=3&fn=3", {"fbeta_score"}),
        ("/v1/fbeta?tp=0&fp=0&fn=3", {"fbeta_score"}),
    ],
)
async def test_what_has_a_zero_denominator_is_null(alice: Client, path: str, null: set[str]) -> None:
    answer = await ask(alice, path)

    assert answer.status_code == 200
    found = {name for name, value in answer.json()["data"].items() if value is None}
    assert found == {"diagnostic_odds_ratio" if name == "dor" else name for name in null}


COUNT = ["", " ", "ten", "-1", "+1", "1.0", "1e3", "0x1", "1_000", "٣", "１", "1" * 16, "NaN", "inf", "90 ", "true"]
RATE = [
    "",
    "-0.1",
    "1.01",
    "95%",
    "95",
    "nan",
    "Infinity",
    "1e400",
    "1e-2",
    "0,5",
    "0.5.5",
    ".",
    "٠.٥",
    "1_0",
    "1" * 400,
]


@pytest.mark.parametrize("value", COUNT)
async def test_what_is_no_count_is_refused_by_name(alice: Client, value: str) -> None:
    query = await alice.get("/v1/confusion", **{**ASKED["confusion"], "fn": value})
    body = await alice.post("/v1/confusion", {**ASKED["confusion"], "fn": value})

    for answer in (query, body):
        assert answer.status_code == 400
        assert answer.json()["errors"] == [
            {"pointer": "/fn", "detail": "fn: send a whole number of at most 15 digits, such as 90."}
        ]


@pytest.mark.parametrize("value", RATE)
@pytest.mark.parametrize(
    ("path", "name"), [("diagnostic", "sensitivity"), ("diagnostic", "prevalence"), ("fbeta", "recall")]
)
async def test_what_is_no_rate_is_refused_by_name(alice: Client, path: str, name: str, value: str) -> None:
    answer = await alice.get(f"/v1/{path}", **{**ASKED[path], name: value})

    assert answer.status_code == 400
    assert answer.json()["errors"] == [
        {"pointer": f"/{name}", "detail": f"{name}: send a decimal number from 0 to 1, such as 0.95."}
    ]


@pytest.mark.parametrize("value", ["-1", "nan", "inf", "1e2", "two"])
async def test_beta_is_a_number_of_zero_or_more(alice: Client, value: str) -> None:
    answer = await alice.get("/v1/fbeta", precision="0.5", recall="0.5", beta=value)

    assert answer.status_code == 400
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/beta"]


@pytest.mark.parametrize(
    ("query", "pointers"),
    [
        ("", ["/precision", "/recall"]),
        ("precision=0.5", ["/recall"]),
        ("tp=1&fp=1", ["/fn"]),
        ("precision=0.5&recall=0.5&tp=1", ["/tp"]),
        ("recall=0.5&tp=1&fp=1&fn=1", ["/fn", "/fp", "/tp"]),
        ("beta=1&beta=2&precision=0.5&recall=0.5", ["/beta"]),
    ],
)
async def test_f_beta_takes_one_form_and_all_of_it(alice: Client, query: str, pointers: list[str]) -> None:
    answer = await ask(alice, f"/v1/fbeta?{query}")

    assert answer.status_code == 400
    assert sorted(error["pointer"] for error in answer.json()["errors"]) == pointers


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"tp": 1, "fp": 1, "fn": 1}, "/tn"),
        ({"tp": 1, "fp": 1, "fn": 1, "tn": None}, "/tn"),
        ({"tp": 1, "fp": 1, "fn": 1, "tn": 1.0}, "/tn"),
        ({"tp": 1, "fp": 1, "fn": 1, "tn": [1]}, "/tn"),
        ({"tp": 1, "fp": 1, "fn": 1, "tn": True}, "/tn"),
        ({"tp": 1, "fp": 1, "fn": 1, "tn": 1, "total": 4}, "/total"),
    ],
)
async def test_a_body_that_holds_no_four_counts_is_refused_by_name(alice: Client, body: Any, pointer: str) -> None:
    answer = await alice.post("/v1/confusion", body)

    assert answer.status_code == 400
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


async def test_small_rates_come_as_json_writes_them(alice: Client) -> None:
    body = {"sensitivity": 0.95, "specificity": 0.9, "prevalence": 1e-05}

    answer = (await alice.post("/v1/diagnostic", body)).json()["data"]

    assert answer["inputs"]["prevalence"] == 1e-05
    assert answer["ppv"] == 0.000095


async def test_an_error_is_a_problem_and_in_the_envelope(alice: Client, http: httpx2.AsyncClient) -> None:
    refused = await alice.get("/v1/confusion", tp=1, fp=2, fn=3)
    keyless = await http.get("/v1/confusion")

    body = refused.json()
    assert refused.headers["content-type"] == "application/problem+json"
    assert body.pop("meta")["request_id"] == refused.headers["x-request-id"]
    assert body == {
        "type": "/problems/invalid-input",
        "title": "Invalid input",
        "status": "error",
        "detail": "tn: this parameter is required.",
        "code": "invalid-input",
        "errors": [{"pointer": "/tn", "detail": "tn: this parameter is required."}],
        "message": "tn: this parameter is required.",
        "success": False,
    }
    assert keyless.status_code == 401
    assert (keyless.json()["code"], keyless.json()["success"]) == ("missing-api-key", False)
    assert keyless.headers["www-authenticate"].startswith("Bearer ")


async def test_a_batch_answers_each_matrix_as_if_it_were_alone(alice: Client) -> None:
    single = (await alice.get("/v1/confusion", **ASKED["confusion"])).json()["data"]
    note = single.pop("note")
    empty = (await alice.get("/v1/confusion", tp=0, fp=0, fn=0, tn=0)).json()["data"]
    del empty["note"]

    items = [[90, 10, 5, 95], {"tp": 90, "fp": 10, "fn": 5, "tn": 95}, [0, 0, 0, 0]]
    answer = await alice.post("/v1/confusion:batch", {"items": items})

    assert answer.status_code == 200
    assert answer.json()["data"] == {"note": note, "items": [single, single, empty]}
    assert answer.json()["message"] == "Confusion metrics"


async def test_a_batch_takes_ten_thousand_and_no_more(alice: Client) -> None:
    answer = await alice.post("/v1/confusion:batch", {"items": [[1, 2, 3, 4]] * 10_000})
    refused = await alice.post("/v1/confusion:batch", {"items": [[1, 2, 3, 4]] * 10_001})

    assert len(answer.json()["data"]["items"]) == 10_000
    assert refused.status_code == 400
    assert [error["pointer"] for error in refused.json()["errors"]] == ["/items"]


@pytest.mark.parametrize(
    ("items", "pointer"),
    [
        ([], "/items"),
        ([[1, 2, 3]], "/items/0"),
        ([[1, 2, 3, 4], [1, 2, 3, -4]], "/items/1/3"),
        ([[1, 2, 3, 10**15]], "/items/0/3"),
        ([[1, 2, 3, 4.0]], "/items/0/3"),
        ([{"tp": 1, "fp": 1, "fn": 1}], "/items/0/tn"),
    ],
)
async def test_the_place_in_a_batch_that_is_wrong_is_named(alice: Client, items: Any, pointer: str) -> None:
    answer = await alice.post("/v1/confusion:batch", {"items": items})

    assert answer.status_code == 400
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


@pytest.mark.parametrize("method", ["get", "post"])
async def test_a_key_that_may_only_read_calculates(alice: Client, method: str) -> None:
    made = (await alice.post("/v1/keys", {"name": "reader", "scopes": ["read"]})).json()
    reader = Client(alice.http, alice.email, alice.password, made["api_key"])

    answer = (
        await reader.get("/v1/diagnostic", **ASKED["diagnostic"])
        if method == "get"
        else await reader.post("/v1/diagnostic", ASKED["diagnostic"])
    )

    assert answer.json()["data"]["diagnostic_odds_ratio"] == 171
    assert answer.json()["message"] == DIAGNOSTIC.message


async def test_the_answer_to_a_path_with_a_slash_is_the_same(alice: Client) -> None:
    with_slash = await alice.get("/v1/confusion/", **ASKED["confusion"])

    assert with_slash.json()["data"] == (await alice.get("/v1/confusion", **ASKED["confusion"])).json()["data"]


@pytest.mark.parametrize("name", ["confusion", "diagnostic", "fbeta"])
@pytest.mark.parametrize(
    "value",
    [b'"9\x8d"', b'["\x8d"]', b'{"\x8d":1}', b'"\\ud800"', b'"\xed\xa0\x80"', b'"9\\u0000"', b'"\xc0\x80"', b'"\\x"'],
)
async def test_a_member_that_is_no_text_is_refused_by_its_name(alice: Client, name: str, value: bytes) -> None:
    first, *others = ASKED[name]
    members = b",".join([b'"%s":%s' % (first.encode(), value), *(b'"%s":1' % other.encode() for other in others)])

    answer = await alice.http.post(
        f"/v1/{name}",
        content=b"{" + members + b"}",
        headers={"X-API-Key": alice.key, "Content-Type": "application/json"},
    )

    # An escape that is none breaks the whole body.
    pointer = "" if value in {b'"\\ud800"', b'"\\x"'} else f"/{first}"
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"] == pointer
