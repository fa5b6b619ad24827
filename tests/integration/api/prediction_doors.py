"""The ways by which predictions come in, each with what the service made of them in the same form."""

import html
from typing import Any, NamedTuple

import httpx2

from tests.actors import Client
from tests.integration.api.web.visitor import Visitor

_MATRIX_PAGE, _CURVE_PAGE = "/app/matrices/new", "/app/curves"


class Outcome(NamedTuple):
    """What became of predictions: classes and counts, the area of each class, or why there are none."""

    matrix: tuple[list[Any], list[list[float]]] | None = None
    areas: dict[str, float] | None = None
    refused: str | None = None
    asked: str | None = None


class Doors:
    """The ways in for one account, whose user is signed in at the pages."""

    def __init__(self, client: Client, visitor: Visitor, token: str) -> None:
        self._client, self._visitor, self._token = client, visitor, token

    async def form(self, data: bytes, **fields: str) -> Outcome:
        """A file in the form of matrices."""
        return await self._matrix(await self._sent(_MATRIX_PAGE, data, **fields))

    async def paste(self, actual: str, predicted: str) -> Outcome:
        """Two lists in the fields of the form of matrices."""
        lists = {"actual": actual, "predicted": predicted}
        return await self._matrix(await self._visitor.http.post(_MATRIX_PAGE, data={"form_token": self._token} | lists))

    async def curve_form(self, data: bytes) -> Outcome:
        """A file of scores in the form of curves."""
        return await self._areas(await self._sent(_CURVE_PAGE, data))

    async def curve_paste(self, text: str) -> Outcome:
        """A table of scores in the field of the form of curves."""
        form = {"form_token": self._token, "text": text}
        return await self._areas(await self._visitor.http.post(_CURVE_PAGE, data=form))

    async def _areas(self, answer: httpx2.Response) -> Outcome:
        if answer.status_code != httpx2.codes.SEE_OTHER:
            return Outcome(refused=html.unescape(answer.text))
        job = await self._client.final(answer.headers["location"].rpartition("/")[2])
        (url,) = [artifact["url"] for artifact in job["artifacts"] if artifact["name"] == "curve.json"]
        async with httpx2.AsyncClient() as anybody:
            return Outcome(areas=(await anybody.get(url)).json()["auc_trp"])

    async def run(self, data: bytes, columns: dict[str, Any] | None = None) -> list[Outcome]:
        """A file as a run; where columns are given also what becomes of it once the run is told them."""
        files = {"file": ("predictions.csv", data, "text/csv")}
        answer = await self._client.send("POST", "/v1/runs", files=files)
        outcomes = [await self._read(answer)]
        if columns is not None:
            path = f"/v1/runs/{answer.json()['id']}/columns"
            outcomes.append(await self._read(await self._client.send("PUT", path, json=columns)))
        return outcomes

    async def run_of_json(self, columns: dict[str, list[Any]]) -> Outcome:
        """Columns of JSON as a run."""
        return await self._read(await self._client.post("/v1/runs", {"data": columns}))

    async def vectors(self, path: str, body: dict[str, Any]) -> Outcome:
        """Lists of labels in JSON, to a route of matrices."""
        answer = await self._client.post(path, body)
        return await self._counted(answer.json()["uid"]) if answer.is_success else Outcome(refused=answer.text)

    async def _sent(self, page: str, data: bytes, **fields: str) -> httpx2.Response:
        form = {"form_token": self._token, **fields}
        return await self._visitor.http.post(page, data=form, files={"file": ("predictions.csv", data, "text/csv")})

    async def _matrix(self, answer: httpx2.Response) -> Outcome:
        if answer.status_code != httpx2.codes.SEE_OTHER:
            return Outcome(refused=html.unescape(answer.text))
        return await self._counted(answer.headers["location"].rpartition("/")[2])

    async def _counted(self, uid: str) -> Outcome:
        matrix = (await self._client.get(f"/v1/matrices/{uid}")).json()
        return Outcome((matrix["classes"], matrix["confusion_matrix"]))

    async def _read(self, answer: httpx2.Response) -> Outcome:
        if not answer.is_success:
            return Outcome(refused=answer.text)
        run = await self._client.ended(f"/v1/runs/{answer.json()['id']}")
        if run["status"] == "needs_mapping":
            return Outcome(asked=run["questions"][0]["asks"])
        if run["status"] != "ready":
            return Outcome(refused=run["error"]["detail"])
        matrix = (await self._client.get(f"/v1/runs/{run['id']}/matrix")).json()
        classes = (await self._client.get(f"/v1/runs/{run['id']}/metrics")).json()["classes"]
        areas = {str(entry["label"]): entry["roc_auc"] for entry in classes if entry["roc_auc"] is not None}
        return Outcome((matrix["classes"], matrix["confusion_matrix"]), areas or None)


async def doors_of(visitor: Visitor, client: Client) -> Doors:
    """Sign in at the pages."""
    await visitor.sign_in(client)
    return Doors(client, visitor, await visitor.token(_MATRIX_PAGE))
