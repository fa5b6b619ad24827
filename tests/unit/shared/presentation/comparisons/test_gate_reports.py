"""A check as JUnit XML, Markdown and badge: complete, well-formed, and without any effect of hostile texts."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID
from xml.etree import ElementTree as ET

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from shared.gates.records import CheckRecord
from shared.gates.results import CheckResult, GateReason, packed
from shared.presentation.comparisons import gate_reports

HOSTILE = [
    "</title><script>alert(1)</script>",
    "a | b\n# heading\n- item",
    "`` ` [x](javascript:alert(1)) ![](https://example.com/p.png) @octocat #1 <!--",
    "\x00\x1b[31m\u202egpj.exe\u2028]]>",
    "` ",
]
TEXTS = st.text(st.characters(codec="utf-8"), min_size=1, max_size=60)


def check(name: str, texts: list[str], **changes: Any) -> CheckRecord:
    outcomes: list[Any] = ["fail", "warn", "pass"]
    reasons = [
        GateReason(outcome=outcomes[i % 3], requirement="metric", subject=text, text=text)
        for i, text in enumerate(texts)
    ]
    result = CheckResult(verdict="fail", summary="", samples=1200, new_samples=0, removed_samples=0, reasons=reasons)
    known: dict[str, Any] = {
        "id": UUID(int=1),
        "gate_id": UUID(int=2),
        "gate_name": name,
        "gate_version": 1,
        "policy": {},
        "job_id": UUID(int=3),
        "status": "ready",
        "progress": 1.0,
        "error": None,
        "is_of_detectors": False,
        "candidate_run_id": UUID(int=4),
        "candidate_version": 1,
        "baseline_run_id": UUID(int=5),
        "baseline_version": 1,
        "verdict": "fail",
        "result": packed(result),
        "created_at": datetime(2026, 6, 1, 8, tzinfo=UTC),
    }
    return CheckRecord(**(known | changes))


def failed() -> CheckRecord:
    error = {"detail": "The job took longer than it may."}
    return check("release", [], status="failed", verdict=None, result=None, error=error)


def test_junit_has_a_case_for_each_requirement() -> None:
    suite = ET.fromstring(gate_reports.junit(check("release", ["a", "b", "c", "d"]))).find("testsuite")

    assert suite is not None
    assert {name: suite.get(name) for name in ("tests", "failures", "errors", "skipped")} == {
        "tests": "4",
        "failures": "2",
        "errors": "0",
        "skipped": "1",
    }
    assert [(case.get("name"), [child.tag for child in case]) for case in suite] == [
        ("metric: a", ["failure"]),
        ("metric: b", ["skipped"]),
        ("metric: c", ["system-out"]),
        ("metric: d", ["failure"]),
    ]


def test_notices_stand_in_junit_and_in_the_comment() -> None:
    made = check("release", ["a"])
    assert made.found is not None
    noticed = check("release", ["a"], result=packed(msgspec.structs.replace(made.found, notices=["Heed @this."])))

    suite = ET.fromstring(gate_reports.junit(noticed)).find("testsuite")

    assert suite is not None
    assert [(child.tag, child.text) for child in suite][1:] == [("system-out", "Heed @this.")]
    assert "\n\n`Heed @this.`\n\n" in gate_reports.markdown(noticed)


def test_a_check_without_a_verdict_is_an_error_and_never_a_pass() -> None:
    suite = ET.fromstring(gate_reports.junit(failed())).find("testsuite")

    assert suite is not None
    assert (suite.get("errors"), suite.get("tests")) == ("1", "1")
    assert "no verdict\n\n`The check is failed: The job took longer than it may.`" in gate_reports.markdown(failed())
    assert "✅" not in gate_reports.markdown(failed())
    assert ">failed<" in gate_reports.badge(failed())


@given(TEXTS, st.lists(TEXTS, min_size=1, max_size=4))
def test_any_text_leaves_both_kinds_of_xml_well_formed(name: str, texts: list[str]) -> None:
    made = check(name, texts)

    suite = ET.fromstring(gate_reports.junit(made)).find("testsuite")
    badge = ET.fromstring(gate_reports.badge(made))

    assert suite is not None
    assert len(suite) == len(texts)
    assert [child.tag.rpartition("}")[2] for child in badge] == ["title", "rect", "text", "rect", "text"]


@given(TEXTS, st.lists(TEXTS | st.sampled_from(HOSTILE), min_size=1, max_size=4))
def test_any_text_is_code_in_the_comment_and_nothing_else(name: str, texts: list[str]) -> None:
    tokens = MarkdownIt("gfm-like", {"linkify": False}).parse(gate_reports.markdown(check(name, texts)))

    inline = [child.type for token in tokens for child in token.children or []]
    assert {token.type for token in tokens} <= {
        "heading_open", "heading_close", "inline", "bullet_list_open", "bullet_list_close", "list_item_open",
        "list_item_close", "paragraph_open", "paragraph_close",
    }  # fmt: skip
    assert set(inline) <= {"text", "code_inline"}
    assert sum(token.type == "list_item_open" for token in tokens) == len(texts)


@pytest.mark.parametrize("text", HOSTILE)
def test_characters_that_hide_something_are_made_visible(text: str) -> None:
    made = check(text, [text])

    for shown in (gate_reports.junit(made), gate_reports.markdown(made), gate_reports.badge(made)):
        assert not set(shown) & set("\x00\x1b\u202e\u2028")


def test_a_long_comment_is_cut_with_the_number_of_the_rest() -> None:
    comment = gate_reports.markdown(check("release", ["x" * 200] * 500))

    assert "- and 450 more" in comment
    assert len(comment) < 65_536
