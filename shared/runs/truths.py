"""The actual labels of a run that are not in its own file: an upload or a dataset of the caller."""

from shared import datasets, uploads
from shared.accounts import Caller
from shared.kit.errors import Fault, InvalidInput
from shared.kit.platform import Platform
from shared.runs.joining.rules import TruthAsked, TruthSource


async def find(platform: Platform, caller: Caller, asked: TruthAsked | None) -> TruthSource | None:
    """Return where the actual labels are; None where the run's own file has them.

    Raises DatasetNotFound, DatasetNotReady, what `uploads.get_completed` raises, and InvalidInput for a private
    dataset of which only some samples would be counted.
    """
    if asked is None:
        return None
    if asked.dataset_id is None:
        upload = await uploads.get_completed(platform, caller, asked.upload_id or "")
        return TruthSource(upload.id, None, asked.missing, asked.extra)
    dataset = await datasets.get_ready(platform, caller, asked.dataset_id)
    if dataset.is_private and asked.missing == "exclude":
        # The counts of a run of one sample would tell its truth.
        detail = "missing: a private dataset is counted whole; send a prediction for each of its samples."
        raise InvalidInput(Fault("/missing", detail))
    return TruthSource(dataset.upload_id, dataset.id, asked.missing, asked.extra)


async def check_kept(platform: Platform, caller: Caller, truth: TruthSource | None) -> None:
    """Raise what `uploads.get_completed` raises if the actual labels of a run are no longer kept."""
    if truth is not None and truth.dataset_id is None:
        await uploads.get_completed(platform, caller, str(truth.upload_id))
