"""Multi-label evaluation: computed and answered, not kept."""

from litestar import Controller

from api.compat.pycm_rest.multilabel.schemas import LabelSetsIn, MultiLabelOut, check_size
from api.http import bodies
from api.http.bodies import Fields, Members
from api.http.injected import Injected
from api.http.routes import post
from shared.accounts import Caller, Scope
from shared.evaluation.inputs.label_sets import Limits, multihot
from shared.evaluation.multilabel.statistics import evaluate
from shared.kit.platform import Platform
from shared.kit.settings import Settings


class MultiLabelController(Controller):
    """Multi-label evaluation."""

    tags = ["multi-label"]

    @post("/mlcm/", operation_id="pycm.evaluate_multilabel", status_code=200, opt={"scope": Scope.READ})
    async def create(
        self,
        platform: Injected[Platform],
        caller: Injected[Caller],  # noqa: ARG002 -- being one is all that is asked
        members: Members[LabelSetsIn],
    ) -> MultiLabelOut:
        """Evaluate multi-label predictions.

        Route of the PyCM REST API. Returns metrics per class, per sample and averaged. Nothing is stored.
        """
        return await bodies.by_size(bodies.size(members), _evaluate, members, platform.settings)


def _evaluate(members: Fields, settings: Settings) -> MultiLabelOut:
    limits = Limits(settings.max_classes, settings.max_label_length, settings.max_multilabel_cells)
    sent = bodies.pick_known(members, LabelSetsIn)
    sets = multihot(sent.actual_vector, sent.predicted_vector, sent.classes, limits=limits, types_checked=True)
    check_size(len(sent.actual_vector), len(sets.classes), settings.max_multilabel_cells)
    return MultiLabelOut.of(sets, evaluate(sets))
