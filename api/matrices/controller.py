"""Confusion matrices with the fields that the PyCM REST API lacks: names, tags, counts, weights."""

from typing import Annotated

from litestar import Controller, delete, get
from litestar.params import FromPath, QueryParameter

from api.http import paging
from api.http.bodies import json_bodies
from api.http.bodies.json_bodies import Body, Members
from api.http.bodies.limits import LARGE
from api.http.dependencies import Injected
from api.http.paging import Cursor, Limit
from api.http.routes import patch, post
from api.matrices.schemas import (
    MatrixDetail,
    MatrixIn,
    MatrixPage,
    MatrixPatch,
    MatrixSummary,
)
from api.matrices.sources import read_source
from shared import matrices
from shared.accounts import Caller
from shared.kit.platform import Platform


class MatrixController(Controller):
    """Confusion matrices that are named, tagged and listed."""

    path = "/v1/matrices"
    tags = ["matrices"]

    @post(operation_id="matrices.create", opt=LARGE)
    async def create(
        self, platform: Injected[Platform], caller: Injected[Caller], members: Members[MatrixIn]
    ) -> MatrixDetail:
        """Create a confusion matrix.

        Send either two vectors of labels, with a weight for each sample if you like, or `classes` with `counts`.
        """
        source, description = await json_bodies.by_size(
            json_bodies.size(members), read_source, members, platform.settings
        )
        uid = await matrices.create(platform, caller, source, description)
        return MatrixDetail.of(await matrices.counts(platform, caller, str(uid)))

    @get(operation_id="matrices.list")
    async def list_own(
        self,
        platform: Injected[Platform],
        caller: Injected[Caller],
        cursor: Cursor = None,
        name: Annotated[str | None, QueryParameter(description="Only items whose name contains this.")] = None,
        tag: Annotated[str | None, QueryParameter(description="Only matrices with this tag.")] = None,
        limit: Limit = 50,
    ) -> MatrixPage:
        """List confusion matrices.

        Returns the account's matrices, newest first, without their counts.
        """
        rows = await matrices.list_own(platform, caller, before=cursor, name=name, tag=tag, limit=limit + 1)
        page = paging.cut(rows, limit, lambda matrix: str(matrix.uid))
        return MatrixPage([MatrixSummary.of(matrix) for matrix in page.rows], page.next)

    @get("/{uid:str}", operation_id="matrices.get")
    async def read(self, platform: Injected[Platform], caller: Injected[Caller], uid: FromPath[str]) -> MatrixDetail:
        """Get a confusion matrix.

        Returns its classes, counts, main metrics and description.
        """
        return MatrixDetail.of(await matrices.counts(platform, caller, uid))

    @patch("/{uid:str}", operation_id="matrices.update")
    async def describe(
        self,
        platform: Injected[Platform],
        caller: Injected[Caller],
        uid: FromPath[str],
        change: Body[MatrixPatch],
    ) -> MatrixDetail:
        """Update the description of a confusion matrix.

        Fields that are not sent stay as they are; null clears a field. The counts do not change.
        """
        return MatrixDetail.of(await matrices.describe(platform, caller, uid, change.applied_to))

    @delete("/{uid:str}", operation_id="matrices.delete")
    async def remove(self, platform: Injected[Platform], caller: Injected[Caller], uid: FromPath[str]) -> None:
        """Delete a confusion matrix.

        Also deletes the matrix's jobs and their artifacts. This cannot be undone.
        """
        await matrices.delete(platform, caller, uid)
