"""Multi-label evaluation; nothing is stored."""

from litestar import Controller

from api.compat.pycm_rest.multilabel.schemas import LabelSetsIn, MultiLabelOut, check_size
from api.http.bodies import json_bodies
from api.http.bodies.json_bodies import Fields, Members
from api.http.bodies.limits import LARGE
from api.http.dependencies import Injected
from api.http.routes import post
from shared.accounts import Caller, Scope
from shared.evaluation.inputs.label_sets import Limits, multihot
from shared.evaluation.multilabel.statistics import evaluate
from shared.kit.platform import Platform
from shared.kit.settings import Settings


class MultiLabelController(Controller):
    """Multi-label evaluation."""

    tags = ["multi-label"]

    @post("/mlcm/", operation_id="pycm.evaluate_multilabel", status_code=200, opt={"scope": Scope.READ, **LARGE})
    async def create(
        self,
        platform: Injected[Platform],
        caller: Injected[Caller],  # noqa: ARG002 -- requires authentication, and is not read
        members: Members[LabelSetsIn],
    ) -> MultiLabelOut:
        """Evaluate multi-label predictions.

        Route of the PyCM REST API. Returns metrics per class, per sample and averaged. Nothing is stored.
        """
        return await json_bodies.by_size(json_bodies.size(members), _evaluate, members, platform.settings)


def _evaluate(members: Fields, settings: Settings) -> MultiLabelOut:
    limits = Limits(settings.max_classes, settings.max_label_length, settings.max_multilabel_cells)
    body = json_bodies.pick_known(members, LabelSetsIn)
    # So many samples are too many whatever their classes are; to find these takes memory for each sample.
    check_size(len(body.actual_vector), 0, settings.max_multilabel_cells)
    sets = multihot(body.actual_vector, body.predicted_vector, body.classes, limits=limits, types_checked=True)
    check_size(len(body.actual_vector), len(sets.classes), settings.max_multilabel_cells)
    return MultiLabelOut.of(sets, evaluate(sets))
