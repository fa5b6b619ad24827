from importlib.metadata import EntryPoint

import pytest

from shared import kinds
from shared.curves.kinds.curve import Curve
from shared.jobs import Arguments
from shared.kinds import KINDS, REQUESTED
from shared.matrices.kinds.plot import Plot, PlotOptions
from worker import handlers


def _offer(monkeypatch: pytest.MonkeyPatch, module: object, name: str, value: str) -> None:
    monkeypatch.setattr(module, "entry_points", lambda group: [EntryPoint(name, value, group)])


def test_the_kinds_are_those_of_the_folders_by_name() -> None:
    assert {name: kind.__module__ for name, kind in KINDS.items()} == {
        "account_export": "shared.account_exports.kinds.account_export",
        "agreement": "shared.analyses.kinds.agreement",
        "compare": "shared.matrices.kinds.compare",
        "curve": "shared.curves.kinds.curve",
        "export_annotations": "shared.exports.kinds.export_annotations",
        "detection_run": "shared.detection_runs.kinds.detection_run",
        "gate_check": "shared.gates.kinds.gate_check",
        "import_annotations": "shared.imports.kinds.import_annotations",
        "ingest_dataset": "shared.datasets.kinds.ingest_dataset",
        "ingest_part": "shared.runs.kinds.ingest_part",
        "ingest_run": "shared.runs.kinds.ingest_run",
        "label_audit": "shared.runs.kinds.label_audit",
        "paired_comparison": "shared.comparisons.kinds.paired_comparison",
        "plot": "shared.matrices.kinds.plot",
        "report": "shared.matrices.kinds.report",
        "weak_slices": "shared.runs.kinds.weak_slices",
    }


def test_a_kind_that_is_part_of_something_else_is_not_submitted_by_itself() -> None:
    assert sorted(KINDS.keys() - REQUESTED.keys()) == [
        "account_export",
        "detection_run",
        "gate_check",
        "import_annotations",
        "ingest_dataset",
        "ingest_part",
        "ingest_run",
        "paired_comparison",
    ]


@pytest.mark.parametrize(
    "arguments", [Curve(type="PR"), Plot(cm_uid="ABC", options=PlotOptions(normalised=True, formats=("svg",)))]
)
def test_arguments_come_back_from_a_row_as_they_were(arguments: Arguments) -> None:
    assert kinds.load(arguments.dump()) == arguments


def test_a_kind_from_outside_takes_no_name_that_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    _offer(monkeypatch, kinds, "report", "shared.matrices.kinds.report")

    with pytest.raises(RuntimeError, match="two kinds of job are called report"):
        kinds._kinds()


@pytest.mark.parametrize("name", ["report", "unheard-of"])
def test_a_worker_with_a_handler_too_many_does_not_start(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    _offer(monkeypatch, handlers, name, "worker.handlers.report")

    with pytest.raises(RuntimeError, match="do not match"):
        handlers._find()


def test_a_worker_with_a_kind_that_has_no_handler_does_not_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handlers, "KINDS", KINDS | {"unheard-of": Curve})

    with pytest.raises(RuntimeError, match="unheard-of"):
        handlers._find()
