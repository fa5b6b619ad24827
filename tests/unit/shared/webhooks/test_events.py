from shared.analyses import events
from shared.analyses.lifecycle import AnalysisStatus
from shared.jobs import finishing
from shared.jobs.lifecycle import FINAL
from shared.webhooks.events import DISABLED, EVENT_TYPES, GATE_CHECKED


def test_every_end_of_a_job_and_every_status_of_an_analysis_is_an_event_that_endpoints_may_ask_for() -> None:
    assert {status: f"job.{status}" for status in FINAL} == finishing.EVENTS
    assert {status: f"analysis.{status}" for status in AnalysisStatus} == events.EVENTS
    assert sorted([*finishing.EVENTS.values(), *events.EVENTS.values(), DISABLED, GATE_CHECKED]) == sorted(EVENT_TYPES)
