"""Routes of reports."""

from litestar import Controller, Response, get
from litestar.params import FromPath

from api.http.answers.responses import Html
from api.http.dependencies import Injected
from api.reports import of_checks, of_comparisons, of_runs
from shared.accounts import Caller
from shared.kit.platform import Platform


class ReportController(Controller):
    """Reports as files."""

    @get("/v1/runs/{run_id:str}/report", operation_id="runs.export_report", tags=["runs"])
    async def of_run(
        self, platform: Injected[Platform], caller: Injected[Caller], run_id: FromPath[str]
    ) -> Response[Html]:
        """Export the report of a run as HTML.

        One file of at most 2 MB that loads nothing and runs no script, light or dark as the reader prefers: metrics
        with intervals, matrix, classes, curves, slices, and what it was computed from.
        """
        return await of_runs.report(platform, caller, run_id)

    @get("/v1/comparisons/{comparison_id:str}/report", operation_id="comparisons.export_report", tags=["comparisons"])
    async def of_comparison(
        self, platform: Injected[Platform], caller: Injected[Caller], comparison_id: FromPath[str]
    ) -> Response[Html]:
        """Export the report of a comparison as HTML.

        One file of at most 2 MB that loads nothing and runs no script: the verdict, the differences with intervals,
        what the candidate changed, and what was compared.
        """
        return await of_comparisons.report(platform, caller, comparison_id)

    @get("/v1/checks/{check_id:str}/report", operation_id="gates.export_report", tags=["gates"])
    async def of_check(
        self, platform: Injected[Platform], caller: Injected[Caller], check_id: FromPath[str]
    ) -> Response[Html]:
        """Export the report of a check as HTML.

        One file of at most 2 MB that loads nothing and runs no script: the verdict, every requirement with its numbers,
        the policy that decided, and what was compared.
        """
        return await of_checks.report(platform, caller, check_id)
