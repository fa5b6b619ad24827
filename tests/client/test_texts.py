"""What is shown of runs and comparisons holds nothing that steers a terminal."""

from types import SimpleNamespace
from typing import Any

from evalserve.results.comparison import _Comparison
from evalserve.results.texts import of_run

RED = "\x1b[31mspam"
SHOWN = r"\x1b[31mspam"


def test_labels_and_notices_of_a_run_are_escaped() -> None:
    row = {"label": RED, "precision": 1.0, "recall": 0.5, "f1": None, "support": 2}
    run: Any = SimpleNamespace(
        id="7", name=None, rows=2, labels=[RED], matrix=None, metrics={"accuracy": 0.5}, classes=[row],
        notices=[f"“{RED}” is a label."], weighted_by=RED, url="http://127.0.0.1/app/runs/7",
    )  # fmt: skip

    assert of_run(run).splitlines() == [
        f"Run 7: 2 samples, 1 classes, weighted by {SHOWN}",
        "accuracy 0.5000",
        f"  {SHOWN}  precision 1.0000  recall 0.5000  f1 —  support 2",
        f"Notice: “{SHOWN}” is a label.",
        "http://127.0.0.1/app/runs/7",
    ]


def test_labels_slices_and_notices_of_a_comparison_are_escaped() -> None:
    values = {"baseline": 0.5, "candidate": None, "difference": None, "verdict": "inconclusive"}
    differences: list[dict[str, Any]] = [
        {"metric": "recall.class", "label": RED, "slice": None, **values},
        {"metric": "accuracy", "label": None, "slice": {"column": RED, "value": "DE"}, **values},
    ]
    result = {
        "summary": f"The recall of “{RED}” is not known.",
        "differences": differences,
        "flips": {"fixed": 1, "broken": 2, "both_wrong": 3},
        "notices": [f"“{RED}” is a label."],
    }

    assert repr(_Comparison("http://127.0.0.1", {"result": result})).splitlines() == [
        f"The recall of “{SHOWN}” is not known.",
        f"  recall.class of {SHOWN}  0.5000 → —  inconclusive",
        f"  accuracy of {SHOWN}:DE  0.5000 → —  inconclusive",
        "1 fixed, 2 broken, 3 wrong in both",
        f"Notice: “{SHOWN}” is a label.",
    ]
