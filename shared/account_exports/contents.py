"""Contents of an export of an account: a folder for each noun, and in it the objects by their ids."""

from collections.abc import AsyncIterator, Awaitable, Callable
from http import HTTPStatus
from typing import Any, Protocol, TypeVar
from uuid import UUID

import msgspec

from shared import analyses, comparisons, datasets, detection_runs, gates, matrices, projects, runs
from shared.account_exports.matrix_files import matrix_pieces
from shared.account_exports.volumes import Volumes
from shared.accounts import Caller, queries
from shared.analyses import exports as analysis_exports
from shared.datasets.objects import ROWS
from shared.evaluation.confusion.cell_list import counts_as_json
from shared.gates.records import GateRecord
from shared.kit.errors import DomainError
from shared.kit.platform import Platform
from shared.matrices import queries as matrix_queries
from shared.projects import images, listing
from shared.projects.listing import Search
from shared.projects.records import ImageRecord
from shared.runs.lifecycle import RunStatus
from shared.runs.records import RunRecord
from shared.runs.rows import exports as run_exports
from shared.runs.rows.filters import RowFilter

PAGE = 100

README = """Everything of an account of evalserve, in open formats. Folders are named by ids, as in the API.

account.json              the account
runs/ID/run.json          a run: its description, what its columns were taken for, classes and counts
runs/ID/rows.parquet      its samples: id, actual and predicted label, scores and metadata
datasets/ID/              a dataset: dataset.json and rows.parquet
matrices/ID.json          a matrix: classes, counts, and the labels of its samples where it has them
comparisons/ID.json       a comparison with its result
detection-runs/ID.json    a detection run with its figures
gates/ID.json             a gate with its policy and its checks
projects/ID/project.json  a project
projects/ID/images/       its images with their descriptions; annotations of each analysis as JSON and in COCO's format

Left out: the truth of private datasets and the samples of their runs, which the service shows nobody; uploaded files as
they came; keys and secrets; the log of webhooks; files of jobs, which can be made again.
"""

_SUFFIXES = {"image/png": ".png", "image/jpeg": ".jpg", "image/webp": ".webp", "image/gif": ".gif"}

Report = Callable[[float], None]


class _HasId(Protocol):
    @property
    def id(self) -> UUID:
        """The id."""


Thing = TypeVar("Thing", bound=_HasId)


async def write(platform: Platform, owner: Caller, volumes: Volumes, report: Report) -> None:
    """Write everything of an account; what is deleted meanwhile is left out."""
    await volumes.add_bytes("README.txt", README.encode())
    await volumes.add_bytes("account.json", await _account(platform, owner))
    folders = (_runs, _datasets, _matrices, _comparisons, _detection_runs, _gates, _projects)
    for done, folder in enumerate(folders):
        report(done / len(folders))
        await folder(platform, owner, volumes, report)
    volumes.close()


async def _account(platform: Platform, owner: Caller) -> bytes:
    async with platform.db.session() as session:
        account = await queries.find_by_id(session, owner.account_id)
    assert account is not None, "its job is deleted with it"
    return _json(id=account.id, email=account.email, plan=account.plan, created_at=account.created_at)


async def _runs(platform: Platform, owner: Caller, volumes: Volumes, report: Report) -> None:
    async for run in _all(
        lambda before: runs.list_own(platform, owner, before=before, status=None, dataset_id=None, tag=None, limit=PAGE)
    ):
        report(0)
        await _unless_gone(_run(platform, owner, volumes, run))


async def _run(platform: Platform, owner: Caller, volumes: Volumes, run: RunRecord) -> None:
    described = msgspec.to_builtins(run)
    if run.state is not RunStatus.READY:
        await volumes.add_bytes(f"runs/{run.id}/run.json", _json(**described))
        return
    ready = await runs.get_ready(platform, owner, str(run.id), runs.ANY_TASK, heeds_weights=True)
    described["classes"] = ready.summary.classes
    if ready.summary.task == "classification":
        matrix = ready.summary.matrix
        described |= counts_as_json(matrix.of_rows)
        if matrix.is_weighted:
            described["weights"] = matrix.counts.tolist()
    await volumes.add_bytes(f"runs/{run.id}/run.json", _json(**described))
    if ready.is_private:
        return
    export = await run_exports.begin(platform, ready, RowFilter(), "parquet")
    try:
        await volumes.add(f"runs/{run.id}/rows.parquet", export.pieces)
    finally:
        export.close()


async def _datasets(platform: Platform, owner: Caller, volumes: Volumes, report: Report) -> None:
    async for dataset in _all(lambda before: datasets.list_own(platform, owner, before=before, name=None, limit=PAGE)):
        report(0)
        await volumes.add_bytes(f"datasets/{dataset.id}/dataset.json", _json(**msgspec.to_builtins(dataset)))
        if dataset.folder is not None and not dataset.is_private:
            rows = _pieces(platform, dataset.folder + ROWS)
            await _unless_gone(volumes.add(f"datasets/{dataset.id}/rows.parquet", rows))


async def _matrices(platform: Platform, owner: Caller, volumes: Volumes, report: Report) -> None:
    before: UUID | None = None
    while page := await matrices.list_own(platform, owner, before=before, name=None, tag=None, limit=PAGE):
        report(0)
        for matrix in page:
            await _unless_gone(_matrix(platform, owner, volumes, str(matrix.uid)))
        before = page[-1].uid


async def _matrix(platform: Platform, owner: Caller, volumes: Volumes, uid: str) -> None:
    counted = await matrices.counts(platform, owner, uid)
    async with platform.db.connection() as connection:
        kept = await matrix_queries.samples(connection, owner.account_id, counted.uid)
    await volumes.add(f"matrices/{uid}.json", matrix_pieces(counted, kept))


async def _comparisons(platform: Platform, owner: Caller, volumes: Volumes, report: Report) -> None:
    async for listed in _all(lambda before: comparisons.list_own(platform, owner, before=before, limit=PAGE)):
        report(0)
        await _unless_gone(_comparison(platform, owner, volumes, str(listed.id)))


async def _comparison(platform: Platform, owner: Caller, volumes: Volumes, comparison_id: str) -> None:
    whole = await comparisons.get(platform, owner, comparison_id)
    baseline, candidate = whole.sides
    body = _json(
        id=whole.id,
        status=whole.status,
        baseline=baseline,
        candidate=candidate,
        options=whole.options,
        verdict=whole.verdict,
        result=whole.found,
        created_at=whole.created_at,
    )
    await volumes.add_bytes(f"comparisons/{whole.id}.json", body)


async def _detection_runs(platform: Platform, owner: Caller, volumes: Volumes, report: Report) -> None:
    async for listed in _all(
        lambda before: detection_runs.list_own(platform, owner, project_id=None, before=before, limit=PAGE)
    ):
        report(0)
        await _unless_gone(_detection_run(platform, owner, volumes, str(listed.id)))


async def _detection_run(platform: Platform, owner: Caller, volumes: Volumes, detection_run_id: str) -> None:
    whole = await detection_runs.get(platform, owner, detection_run_id)
    described = {name: value for name, value in msgspec.to_builtins(whole).items() if name not in {"result", "folder"}}
    await volumes.add_bytes(f"detection-runs/{whole.id}.json", _json(**described, result=whole.found))


async def _gates(platform: Platform, owner: Caller, volumes: Volumes, report: Report) -> None:
    async for gate in _all(lambda before: gates.list_own(platform, owner, before=before, limit=PAGE)):
        report(0)
        await _unless_gone(_gate(platform, owner, volumes, gate))


async def _gate(platform: Platform, owner: Caller, volumes: Volumes, gate: GateRecord) -> None:
    gate_id = str(gate.id)
    checks = []
    async for listed in _all(lambda before: gates.list_checks(platform, owner, gate_id, before=before, limit=PAGE)):
        check = await gates.get_check(platform, owner, str(listed.id))
        without_bytes = {name: value for name, value in msgspec.to_builtins(check).items() if name != "result"}
        checks.append(without_bytes | {"result": msgspec.to_builtins(check.found)})
    await volumes.add_bytes(f"gates/{gate_id}.json", _json(**msgspec.to_builtins(gate), checks=checks))


async def _projects(platform: Platform, owner: Caller, volumes: Volumes, report: Report) -> None:
    async for project in _all(lambda before: projects.list_own(platform, owner, before=before, name=None, limit=PAGE)):
        folder = f"projects/{project.id}"
        await volumes.add_bytes(f"{folder}/project.json", _json(**msgspec.to_builtins(project)))
        async for image in _images(platform, owner, str(project.id)):
            report(0)
            await _unless_gone(_image(platform, owner, volumes, f"{folder}/images", image))


async def _images(platform: Platform, owner: Caller, project_id: str) -> AsyncIterator[ImageRecord]:
    after = None
    while True:
        page = await listing.list_images(
            platform, owner, project_id, Search(), sort="created_at", after=after, limit=PAGE
        )
        for image in page.images:
            yield image
        if len(page.images) < PAGE:
            return
        after = listing.page_position(page.images[-1], "created_at")


async def _image(platform: Platform, owner: Caller, volumes: Volumes, folder: str, image: ImageRecord) -> None:
    await volumes.add_bytes(f"{folder}/{image.id}.json", _json(**msgspec.to_builtins(image)))
    if image.object_key is not None:
        pieces = await images.content(platform, image)
        await volumes.add(f"{folder}/{image.id}{_SUFFIXES.get(image.content_type, '')}", pieces)
    for analysis in await analyses.of_image(platform, owner, str(image.id)):
        name = f"{folder}/{image.id}/{analysis.id}"
        await volumes.add(f"{name}.json", analysis_exports.as_json(platform, analysis))
        await volumes.add(f"{name}.coco.json", analysis_exports.as_coco(platform, analysis))


async def _all(page_before: Callable[[UUID | None], Awaitable[list[Thing]]]) -> AsyncIterator[Thing]:
    before: UUID | None = None
    while page := await page_before(before):
        for thing in page:
            yield thing
        before = page[-1].id


async def _pieces(platform: Platform, key: str) -> AsyncIterator[bytes]:
    async for piece in await platform.storage.pieces(key):
        yield piece


async def _unless_gone(writing: Awaitable[None]) -> None:
    """Await what writes an object, or leave the object out that was deleted since it was listed."""
    try:
        await writing
    except DomainError as error:
        if error.status not in {HTTPStatus.NOT_FOUND, HTTPStatus.GONE, HTTPStatus.CONFLICT}:
            raise


def _json(**members: Any) -> bytes:
    return msgspec.json.format(msgspec.json.encode(members), indent=2)
