import csv
import io
from typing import Any

import pycm
import pytest

from tests.actors import Client

ACTUAL = ["=1+1", "b|`c`", "<i>x", "=1+1", "b|`c`"]
PREDICTED = ["=1+1", "b|`c`", "=1+1", "<i>x", "b|`c`"]
CLASSES = ["<i>x", "=1+1", "b|`c`"]
COUNTS = [[0, 1, 0], [1, 1, 0], [0, 0, 2]]


@pytest.mark.parametrize(
    ("query", "content_type", "suffix"),
    [
        ({"format": "json"}, "application/json", ".json"),
        ({"format": "csv"}, "text/csv; charset=utf-8", "-matrix.csv"),
        ({"format": "csv", "part": "matrix"}, "text/csv; charset=utf-8", "-matrix.csv"),
        ({"format": "csv", "part": "overall"}, "text/csv; charset=utf-8", "-overall.csv"),
        ({"format": "csv", "part": "per_class"}, "text/csv; charset=utf-8", "-per_class.csv"),
        ({"format": "pycm"}, "application/json", ".obj"),
        ({"format": "markdown"}, "text/markdown; charset=utf-8", ".md"),
    ],
)
async def test_an_export_is_a_file_to_keep(
    alice: Client, query: dict[str, Any], content_type: str, suffix: str
) -> None:
    body = {"actual_vector": ACTUAL, "predicted_vector": PREDICTED, "name": "../混同 matrix.exe"}
    uid = (await alice.post("/v1/matrices", body)).json()["uid"]

    answer = await alice.get(f"/v1/matrices/{uid}/export", **query)
    again = await alice.get(f"/v1/matrices/{uid}/export", {"If-None-Match": answer.headers["etag"]}, **query)

    headers = {name: answer.headers[name] for name in ("content-type", "content-disposition", "x-content-type-options")}
    assert (answer.status_code, headers) == (
        200,
        {
            "content-type": content_type,
            "content-disposition": f'attachment; filename="matrix-{uid}-v1{suffix}"',
            "x-content-type-options": "nosniff",
        },
    )
    assert (again.status_code, again.content) == (304, b"")


async def _exported(client: Client, **query: Any) -> str:
    uid = await client.create_matrix(ACTUAL, PREDICTED)
    answer = await client.get(f"/v1/matrices/{uid}/export", **query)
    assert answer.status_code == 200, answer.text
    return answer.text


async def test_the_json_holds_counts_and_statistics(alice: Client) -> None:
    uid = await alice.create_matrix(ACTUAL, PREDICTED)
    statistics = (await alice.get(f"/v1/matrices/{uid}/statistics")).json()

    exported = (await alice.get(f"/v1/matrices/{uid}/export", format="json")).json()

    assert (exported["classes"], exported["confusion_matrix"]) == (CLASSES, COUNTS)
    assert {name: exported[name] for name in ("overall", "per_class", "undefined")} == {
        name: statistics[name] for name in ("overall", "per_class", "undefined")
    }


async def test_the_csv_is_guarded_against_formulas(alice: Client) -> None:
    rows = list(csv.reader(io.StringIO(await _exported(alice, format="csv"), newline="")))

    assert rows == [
        ["actual/predicted", "<i>x", "'=1+1", "b|`c`"],
        ["<i>x", "0", "1", "0"],
        ["'=1+1", "1", "1", "0"],
        ["b|`c`", "0", "0", "2"],
    ]


async def test_pycm_loads_what_it_is_given(alice: Client) -> None:
    loaded = pycm.ConfusionMatrix(file=io.StringIO(await _exported(alice, format="pycm")))

    theirs = pycm.ConfusionMatrix(ACTUAL, PREDICTED)
    assert (loaded, loaded.overall_stat, loaded.class_stat) == (theirs, theirs.overall_stat, theirs.class_stat)


async def test_the_markdown_holds_labels_as_text(alice: Client) -> None:
    lines = (await _exported(alice, format="markdown", normalised="true")).splitlines()

    assert r"| b\|\`c\` | 0 | 0 | 1 |" in lines
    assert r"| &lt;i&gt;x | 0 | 1 | 0 |" in lines


@pytest.mark.usefixtures("workers")
async def test_the_html_is_the_report_as_a_file(alice: Client) -> None:
    uid = await alice.create_matrix(ACTUAL, PREDICTED)

    answer = await alice.get(f"/v1/matrices/{uid}/export", format="html")
    report = await alice.get("/cm/report", cm_uid=uid)
    unchanged = await alice.get(f"/v1/matrices/{uid}/export", {"If-None-Match": answer.headers["etag"]}, format="html")

    assert (answer.status_code, answer.content) == (200, report.content)
    assert answer.headers["content-type"] == report.headers["content-type"]
    assert answer.headers["content-disposition"] == f'attachment; filename="matrix-{uid}-v1.html"'
    assert report.headers["content-disposition"] == 'inline; filename="report.html"'
    assert answer.headers["content-security-policy"] == "sandbox"
    assert unchanged.status_code == 304


@pytest.mark.usefixtures("workers")
async def test_a_weighted_matrix_has_a_report_and_a_plot(alice: Client) -> None:
    weights = [0.1, 0.7, 1 / 3, 0.1, 0.1]
    body = {"actual_vector": ACTUAL, "predicted_vector": PREDICTED, "sample_weight": weights}
    uid = (await alice.post("/v1/matrices", body)).json()["uid"]

    report = await alice.get("/cm/report", cm_uid=uid)
    plot = await alice.get("/cm/plot", cm_uid=uid)

    assert (report.status_code, plot.status_code) == (200, 200)
    assert "0.3333" in report.text
    assert "weight 1.3333 " in report.text
    assert "0.79999" not in report.text
    assert plot.content.startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ({}, "/format"),
        ({"format": "xlsx"}, "/format"),
        ({"format": "json", "part": "matrix"}, "/part"),
        ({"format": "csv", "part": "cells"}, "/part"),
        ({"format": "html", "normalised": "true"}, "/normalised"),
        ({"format": "pycm", "normalised": "true"}, "/normalised"),
        ({"format": "csv", "part": "overall", "normalised": "true"}, "/normalised"),
        ({"format": "json", "normalised": "perhaps"}, "/normalised"),
    ],
)
async def test_an_unknown_wish_is_refused_by_name(alice: Client, query: dict[str, Any], pointer: str) -> None:
    answer = await alice.get(f"/v1/matrices/{await alice.create_matrix()}/export", **query)

    assert answer.status_code == 400
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
