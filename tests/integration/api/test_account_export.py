"""The export of everything of an account: complete, in formats that other programs read, and nobody else's."""

import io
import json
import zipfile

import pyarrow.parquet as pq
import pytest
from litestar import Litestar

from tests.actors import Client, Team
from tests.files import upload_file
from tests.integration.api.operations import things
from tests.integration.api.operations.things import Make, Scene
from tests.integration.api.web.visitor import Visitor
from tests.receiver import Receiver

MADE: list[Make] = [things.matrix, things.scored_run, things.comparison, things.gate_check, things.dataset,
                    things.detection_run,
                    things.reference, things.image_with_thumbnail]  # fmt: skip


async def _exported(app: Litestar, client: Client) -> tuple[str, dict[str, bytes]]:
    """The address of the first archive, and everything in it."""
    answer = await client.post("/v1/account/exports")
    assert answer.status_code == 202, answer.text
    job = await client.final(answer.json()["id"])
    assert job["status"] == "succeeded", job
    assert [artifact["name"] for artifact in job["artifacts"]] == ["export-1.zip"]
    visitor = Visitor.of(app)
    await visitor.sign_in(client)
    path = f"/app/jobs/{job['id']}/artifacts/export-1.zip"
    body = (await visitor.get(path)).content
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        assert archive.testzip() is None
        return path, {name: archive.read(name) for name in archive.namelist()}


async def test_an_export_holds_everything_of_the_account_and_nothing_of_another(
    app: Litestar, workers: Team, alice: Client, mallory: Client, receiver: Receiver
) -> None:
    assert workers["worker"].running
    scene, theirs = Scene(alice, receiver), Scene(mallory, receiver)
    made = {make.__name__: str(await scene.get(make)) for make in MADE}
    foreign = {str(await theirs.get(make)) for make in (things.matrix, things.run, things.image)}

    _, files = await _exported(app, alice)

    run = json.loads(files[f"runs/{made['scored_run']}/run.json"])
    rows = pq.read_table(io.BytesIO(files[f"runs/{made['scored_run']}/rows.parquet"]))
    assert rows.num_rows == run["sample_count"] == sum(map(sum, run["counts"]))
    assert {"id", "actual", "predicted"} <= set(rows.column_names)
    dataset = pq.read_table(io.BytesIO(files[f"datasets/{made['dataset']}/rows.parquet"]))
    assert dataset.num_rows == json.loads(files[f"datasets/{made['dataset']}/dataset.json"])["sample_count"]
    matrix = json.loads(files[f"matrices/{made['matrix']}.json"])
    assert (matrix["classes"], matrix["counts"]) == ([0, 1], [[1, 1], [1, 2]])
    assert (matrix["actual"], matrix["predicted"]) == ([1, 0, 1, 1, 0], [1, 0, 0, 1, 1])
    comparison = json.loads(files[f"comparisons/{made['comparison']}.json"])
    assert comparison["result"]["verdict"] == comparison["verdict"]
    judged = json.loads(files[f"detection-runs/{made['detection_run']}.json"])
    assert (judged["result"]["profile"], judged["ap"] is None) == ("coco", False)
    check = (await alice.get(f"/v1/checks/{made['gate_check']}")).json()
    gate = json.loads(files[f"gates/{check['gate_id']}.json"])
    assert [one["id"] for one in gate["checks"]] == [made["gate_check"]]
    assert gate["checks"][0]["result"]["verdict"] == check["verdict"]
    image = (await alice.get(f"/api/images/{made['image_with_thumbnail']}")).json()
    folder = f"projects/{image['project_id']}/images"
    assert files[f"{folder}/{image['id']}.png"] == things.PICTURE
    coco = json.loads(files[f"{folder}/{image['id']}/{made['reference']}.coco.json"])
    assert len(coco["annotations"]) > 0
    account = json.loads(files["account.json"])
    assert account["email"] == alice.email
    everything = b"".join(files.values())
    assert not any(one.encode() in everything for one in foreign | {mallory.email})
    assert b"argon2" not in everything


async def test_runs_without_a_matrix_are_exported_with_their_samples(
    app: Litestar, workers: Team, alice: Client
) -> None:
    assert workers["worker"].running
    flags = {"data": {"sample_id": ["a", "b"], "is_correct": [True, False]}}
    sets = {"data": {"id": ["a", "b"], "y_true": [["x"], ["x", "y"]], "y_pred": [["x"], []]}}
    made = [await alice.make("/v1/runs", body) for body in (flags, sets)]
    assert [run["task"] for run in made] == ["correctness", "multilabel"], made

    _, files = await _exported(app, alice)

    for run in made:
        assert "counts" not in json.loads(files[f"runs/{run['id']}/run.json"])
        assert pq.read_table(io.BytesIO(files[f"runs/{run['id']}/rows.parquet"])).column("id").to_pylist() == ["a", "b"]


async def test_the_truth_of_a_private_dataset_and_the_samples_of_its_runs_stay_where_they_are(
    app: Litestar, workers: Team, alice: Client
) -> None:
    assert workers["worker"].running
    truth = await upload_file(alice, b"id,label\nsecret-1,cat\nsecret-2,dog\n")
    body = {"upload_id": truth["id"], "name": "Private", "private": True}
    dataset = (await alice.make("/v1/datasets", body))["id"]
    run_body = {"data": {"id": ["secret-1", "secret-2"], "prediction": ["cat", "cat"]}, "dataset_id": dataset}
    run = (await alice.make("/v1/runs", run_body))["id"]

    _, files = await _exported(app, alice)

    assert json.loads(files[f"runs/{run}/run.json"])["counts"] == [[1, 0], [1, 0]]
    assert f"datasets/{dataset}/dataset.json" in files
    assert not any(name.endswith(".parquet") for name in files)
    assert b"secret-1" not in b"".join(files.values())


async def test_a_download_is_resumed_and_is_nobody_else_s(
    app: Litestar, workers: Team, alice: Client, mallory: Client
) -> None:
    assert workers["worker"].running
    await alice.create_matrix()
    path, _ = await _exported(app, alice)
    owner, stranger, nobody = Visitor.of(app), Visitor.of(app), Visitor.of(app)
    await owner.sign_in(alice)
    await stranger.sign_in(mallory)
    whole = await owner.get(path)
    etag, size = whole.headers["etag"], len(whole.content)

    first = await owner.get(path, Range="bytes=0-99")
    rest = await owner.get(path, **{"Range": "bytes=100-", "If-Range": etag})
    changed = await owner.get(path, **{"Range": "bytes=100-", "If-Range": '"another"'})
    beyond = await owner.get(path, Range=f"bytes={size}-")

    assert (whole.headers["accept-ranges"], whole.headers["content-length"]) == ("bytes", str(size))
    assert whole.headers["content-disposition"] == 'attachment; filename="export-1.zip"'
    assert (first.status_code, first.headers["content-range"]) == (206, f"bytes 0-99/{size}")
    assert (rest.status_code, first.content + rest.content) == (206, whole.content)
    assert (changed.status_code, changed.content) == (200, whole.content)
    assert (beyond.status_code, beyond.headers["content-range"]) == (416, f"bytes */{size}")
    assert (await stranger.get(path)).status_code == 404
    assert (await nobody.get(path)).status_code == 303
    assert (await owner.get(path.replace("export-1", "export-2"))).status_code == 404


async def test_asking_twice_in_an_hour_makes_one_export_and_others_make_their_own(
    app: Litestar, team: Team, alice: Client, mallory: Client
) -> None:
    for name in ("worker", "dispatcher"):
        team[name].kill()
    hers = [(await alice.post("/v1/account/exports")).json()["id"] for _ in range(2)]
    his = (await mallory.post("/v1/account/exports")).json()["id"]
    visitor = Visitor.of(app)
    await visitor.sign_in(alice)
    by_page = await visitor.send("/app/account/exports", "/app/account/security")

    # The hour may have changed in between.
    assert len(set(hers)) <= 2
    assert his not in hers
    assert by_page.headers["location"].startswith("/app/jobs/")
    assert (await mallory.get(f"/v1/jobs/{hers[0]}")).status_code == 404


async def test_a_key_without_the_scope_exports_nothing(alice: Client) -> None:
    key = (await alice.post("/v1/keys", {"name": "weak", "scopes": ["read", "write"]})).json()["api_key"]
    assert (await alice.http.post("/v1/account/exports", headers={"X-API-Key": key})).status_code == 403
    kind = {"kind": "account_export", "hour": "2026-01-01T00"}
    assert (await alice.post("/v1/jobs", kind)).status_code == 400


@pytest.mark.parametrize("name", ["report.html", "report.png", "..%2F..%2Fsecrets", "%00"])
async def test_only_the_files_of_the_job_are_sent(app: Litestar, alice: Client, name: str) -> None:
    job = await alice.submit("plot")
    visitor = Visitor.of(app)
    await visitor.sign_in(alice)
    assert (await visitor.get(f"/app/jobs/{job['id']}/artifacts/{name}")).status_code == 404
