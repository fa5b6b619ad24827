"""The calculator API: pure; nothing but the call count is stored."""

# ruff: noqa: ARG002 -- the caller argument requires authentication and is not read

from typing import Any

from litestar import Controller, Request, Response, get

from api.compat.calculators import parameters
from api.compat.calculators.envelope import HANDLERS, EnvelopedProblem, answer, in_order
from api.compat.calculators.meta import META
from api.compat.calculators.parameters import DecimalFraction, Parameter, Texts, of_members, of_query
from api.compat.calculators.schemas import (
    BatchAnswer,
    BatchIn,
    CellsIn,
    ConfusionAnswer,
    DiagnosticAnswer,
    DiagnosticIn,
    FBetaAnswer,
    FBetaIn,
    MetaAnswer,
)
from api.http.bodies import json_bodies
from api.http.bodies.json_bodies import Fields, Members
from api.http.bodies.limits import TABLE
from api.http.dependencies import Injected
from api.http.routes import post
from api.http.unknown_parameters import TAKES_MORE
from shared.accounts import Caller, Scope
from shared.evaluation.calculators.exact_rounding import MetricValue, ratio
from shared.evaluation.calculators.tables import CONFUSION, DIAGNOSTIC, FBETA, Cells, FBetaArguments

ApiRequest = Request[Any, Any, Any]

# They store nothing, so a key with the scope `read` is enough.
_READS = {"scope": Scope.READ}
_READS_A_TABLE = {**_READS, **TABLE}


def _query(*accepted: Parameter) -> dict[str, Any]:
    # Read as texts, not by Litestar: the result depends on the notation of a number.
    return {"parameters": [parameter.to_openapi() for parameter in accepted]}


class CalculatorController(Controller):
    """Calculators."""

    path = "/v1"
    tags = ["calculators"]
    opt = {TAKES_MORE: True, "problem": EnvelopedProblem}
    exception_handlers = HANDLERS

    @get("/confusion", operation_id="calculators.compute_confusion", opt=_query(*parameters.CONFUSION))
    async def confusion(self, request: ApiRequest, caller: Injected[Caller]) -> Response[ConfusionAnswer]:
        """Compute the metrics of a binary confusion matrix.

        Takes the four cells in the query. Nothing is stored.
        """
        return _confusion(request, of_query(request.query_params))

    @post("/confusion", operation_id="calculators.compute_confusion_from_json", status_code=200, opt=_READS)
    async def confusion_of_body(
        self, request: ApiRequest, caller: Injected[Caller], members: Members[CellsIn]
    ) -> Response[ConfusionAnswer]:
        """Compute the metrics of a binary confusion matrix from JSON.

        Takes the four cells in the body. Nothing is stored.
        """
        return _confusion(request, of_members(members))

    @post("/confusion:batch", operation_id="calculators.compute_confusion_batch", status_code=200, opt=_READS_A_TABLE)
    async def batch(
        self, request: ApiRequest, caller: Injected[Caller], members: Members[BatchIn]
    ) -> Response[BatchAnswer]:
        """Compute the metrics of many binary confusion matrices.

        Takes up to 10,000 matrices in the body and counts as one call. Nothing is stored.
        """
        items = await json_bodies.by_size(json_bodies.size(members), _batch, members)
        return answer(request, CONFUSION.message, {"note": CONFUSION.note, "items": items})

    @get("/diagnostic", operation_id="calculators.compute_diagnostic", opt=_query(*parameters.DIAGNOSTIC))
    async def diagnostic(self, request: ApiRequest, caller: Injected[Caller]) -> Response[DiagnosticAnswer]:
        """Compute predictive values and likelihood ratios of a diagnostic test.

        Takes sensitivity, specificity and prevalence in the query. Nothing is stored.
        """
        return _diagnostic(request, of_query(request.query_params))

    @post("/diagnostic", operation_id="calculators.compute_diagnostic_from_json", status_code=200, opt=_READS)
    async def diagnostic_of_body(
        self, request: ApiRequest, caller: Injected[Caller], members: Members[DiagnosticIn]
    ) -> Response[DiagnosticAnswer]:
        """Compute predictive values and likelihood ratios of a diagnostic test from JSON.

        Takes sensitivity, specificity and prevalence in the body. Nothing is stored.
        """
        return _diagnostic(request, of_members(members))

    @get("/fbeta", operation_id="calculators.compute_fbeta", opt=_query(*parameters.FBETA))
    async def fbeta(self, request: ApiRequest, caller: Injected[Caller]) -> Response[FBetaAnswer]:
        """Compute an F-beta score.

        Takes either `precision` and `recall`, or `tp`, `fp` and `fn`, in the query. Nothing is stored.
        """
        return _fbeta(request, of_query(request.query_params))

    @post("/fbeta", operation_id="calculators.compute_fbeta_from_json", status_code=200, opt=_READS)
    async def fbeta_of_body(
        self, request: ApiRequest, caller: Injected[Caller], members: Members[FBetaIn]
    ) -> Response[FBetaAnswer]:
        """Compute an F-beta score from JSON.

        Takes either `precision` and `recall`, or `tp`, `fp` and `fn`, in the body. Nothing is stored.
        """
        return _fbeta(request, of_members(members))

    @get("/meta", operation_id="calculators.get_meta")
    async def meta(self, request: ApiRequest, caller: Injected[Caller]) -> Response[MetaAnswer]:
        """Get the description of the calculators.

        Returns their endpoints and formulae.
        """
        return answer(request, "Meta", in_order(META))


def _confusion(request: ApiRequest, texts: Texts) -> Response[Any]:
    cells = parameters.read_cells(texts)
    return answer(request, CONFUSION.message, in_order(_metrics(cells) | {"note": CONFUSION.note}))


def _metrics(cells: Cells) -> dict[str, object]:
    inputs = {"fn": cells.fn, "fp": cells.fp, "tn": cells.tn, "tp": cells.tp, "total": sum(cells)}
    return CONFUSION.metrics(cells) | {"inputs": inputs}


def _batch(members: Fields) -> list[dict[str, object]]:
    return [in_order(_metrics(cells)) for cells in json_bodies.pick_known(members, BatchIn).cells()]


def _diagnostic(request: ApiRequest, texts: Texts) -> Response[Any]:
    rates = parameters.read_screening(texts)
    metrics = DIAGNOSTIC.metrics(parameters.as_diagnostic(rates))
    inputs = in_order({name: rate.number for name, rate in rates.items()})
    return answer(request, DIAGNOSTIC.message, in_order(metrics | {"note": DIAGNOSTIC.note, "inputs": inputs}))


def _fbeta(request: ApiRequest, texts: Texts) -> Response[Any]:
    arguments, counts = parameters.read_fbeta(texts)
    inputs = in_order({**_weights(arguments, as_sent=not counts), **counts})
    return answer(request, FBETA.message, in_order(FBETA.metrics(arguments) | {"note": FBETA.note, "inputs": inputs}))


def _weights(arguments: FBetaArguments, *, as_sent: bool) -> dict[str, MetricValue]:
    # Rates of counts are results, and rounded as such.
    rates = {
        name: DecimalFraction(*rate).number if as_sent else ratio(*rate)
        for name, rate in (("recall", arguments.recall), ("precision", arguments.precision))
    }
    return {"beta": DecimalFraction(*arguments.beta).number, **rates}
