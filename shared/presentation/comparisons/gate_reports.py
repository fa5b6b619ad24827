"""A check as other programs show it: JUnit XML, Markdown for a pull request, and a badge as SVG.

Labels, ids and names come from anybody: XML is built as a tree, all that stands in Markdown is code, and control
characters are made visible in both.
"""

import re
from xml.etree import ElementTree as ET

from shared.evaluation.paired.gate_rule import Outcome
from shared.gates.records import CheckRecord
from shared.gates.results import CheckResult, GateReason
from shared.jobs.result_status import ResultStatus
from shared.kit.plurals import counted
from shared.presentation.labels import plain_text

# A comment on a pull request has up to 65,536 characters.
_MOST_SHOWN = 50

_HEADINGS: dict[Outcome, str] = {"pass": "✅ pass", "warn": "⚠️ warn", "fail": "❌ fail"}
_COLOURS: dict[str, str] = {"pass": "#2a7d2e", "warn": "#8a6100", "fail": "#b3261e"}
_OTHER_COLOUR = "#5f6368"
# Of the letters of a badge, in pixels, on average.
_LETTER = 7
_PADDING = 10


def junit(check: CheckRecord) -> str:
    """JUnit XML: a test case for each requirement; a warning is skipped, and a check without a verdict an error."""
    cases, suite = _cases(check), ET.Element("testsuite", name=plain_text(check.gate_name))
    suite.extend(cases)
    counts = {name: sum(case.find(name) is not None for case in cases) for name in ("failure", "error", "skipped")}
    suite.set("tests", str(len(cases)))
    for attribute, name in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(attribute, str(counts[name]))
    if check.found is not None and check.found.notices:
        ET.SubElement(suite, "system-out").text = plain_text(" ".join(check.found.notices))
    suite.set("timestamp", check.created_at.isoformat(timespec="seconds"))
    root = ET.Element("testsuites")
    root.append(suite)
    return ET.tostring(root, encoding="unicode", xml_declaration=False)


def markdown(check: CheckRecord) -> str:
    """A comment for a pull request: the verdict, then the requirements, the worst first."""
    found, name = check.found, code(check.gate_name)
    if found is None:
        return f"### {name}: no verdict\n\n{code(_why_none(check))}\n"
    lines = [f"### {name}: {_HEADINGS[found.verdict]}", "", *(_item(reason) for reason in found.reasons[:_MOST_SHOWN])]
    if (more := len(found.reasons) - _MOST_SHOWN) > 0:
        lines.append(f"- and {more:,} more")
    lines += [part for notice in found.notices for part in ("", code(notice))]
    lines += ["", _compared(check, found)]
    return "\n".join(lines) + "\n"


def badge(check: CheckRecord) -> str:
    """An SVG image with the name of the gate and the verdict, about as high as a line of text."""
    name, verdict = _cut(plain_text(check.gate_name)), check.verdict or _status(check)
    left, right = (len(text) * _LETTER + _PADDING for text in (name, verdict))
    svg = ET.Element(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "width": str(left + right),
            "height": "20",
            "role": "img",
            "aria-label": f"{name}: {verdict}",
            "font-family": "Verdana,DejaVu Sans,sans-serif",
            "font-size": "11",
        },
    )
    ET.SubElement(svg, "title").text = f"{name}: {verdict}"
    colour = _COLOURS.get(verdict, _OTHER_COLOUR)
    for text, x, width, fill in ((name, 0, left, "#3c4043"), (verdict, left, right, colour)):
        ET.SubElement(svg, "rect", x=str(x), width=str(width), height="20", fill=fill)
        position = {"x": str(x + width / 2), "y": "14", "fill": "#fff", "text-anchor": "middle"}
        ET.SubElement(svg, "text", position, textLength=str(width - _PADDING)).text = text
    return ET.tostring(svg, encoding="unicode")


def code(text: str) -> str:
    """The text as a code span, in which no Markdown, HTML, mention or link works."""
    shown = plain_text(text)
    fence = "`" * (max((len(run) for run in re.findall("`+", shown)), default=0) + 1)
    return f"{fence} {shown} {fence}" if "`" in shown else f"{fence}{shown}{fence}"


def _item(reason: GateReason) -> str:
    return f"- {_HEADINGS[reason.outcome]}: {code(reason.text)}"


def _compared(check: CheckRecord, found: CheckResult) -> str:
    baseline = "no baseline" if check.baseline is None else f"baseline `{check.baseline.id}`"
    compared = counted(found.samples, "image" if check.is_of_detectors else "sample")
    return f"Candidate `{check.candidate.id}`, {baseline}, {compared}; check `{check.id}`."


def _cases(check: CheckRecord) -> list[ET.Element]:
    classname = plain_text(check.gate_name)
    if check.found is None:
        case = ET.Element("testcase", classname=classname, name="verdict")
        ET.SubElement(case, "error", message=plain_text(_why_none(check)))
        return [case]
    return [_case(reason, classname) for reason in check.found.reasons]


def _case(reason: GateReason, classname: str) -> ET.Element:
    case = ET.Element("testcase", classname=classname, name=plain_text(f"{reason.requirement}: {reason.subject}"))
    text = plain_text(reason.text)
    if reason.outcome == "fail":
        ET.SubElement(case, "failure", message=text)
    elif reason.outcome == "warn":
        ET.SubElement(case, "skipped", message=text)
    else:
        ET.SubElement(case, "system-out").text = text
    return case


def _why_none(check: CheckRecord) -> str:
    detail = (check.error or {}).get("detail")
    return f"The check is {_status(check)}." if detail is None else f"The check is {_status(check)}: {detail}"


def _status(check: CheckRecord) -> str:
    return ResultStatus(check.status).value


def _cut(text: str) -> str:
    return text if len(text) <= _MOST_SHOWN else text[: _MOST_SHOWN - 1] + "…"
