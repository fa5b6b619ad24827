"""Pages of datasets: the list, and each with the runs that are counted against it; nobody else's."""

from typing import Any

from litestar import Litestar

from tests.actors import Client, Team
from tests.files import upload_file
from tests.integration.api.web.visitor import Visitor

TRUTH = b"id,label\n1,cat\n2,dog\n3,cat\n"
HOSTILE = "<script>alert(1)</script>"


async def _dataset(client: Client, body: bytes = TRUTH, **fields: Any) -> str:
    upload = await upload_file(client, body)
    made = await client.post("/v1/datasets", {"upload_id": upload["id"], "name": "Pets", **fields})
    assert made.status_code == 202, made.text
    dataset_id: str = made.json()["id"]
    await client.ended(f"/v1/datasets/{dataset_id}")
    return dataset_id


async def _run(client: Client, dataset_id: str) -> str:
    data = {"id": ["1", "2", "3"], "prediction": ["cat", "cat", "cat"]}
    made = await client.post("/v1/runs", {"data": data, "dataset_id": dataset_id, "name": "First model"})
    run_id: str = made.json()["id"]
    await client.ended(f"/v1/runs/{run_id}")
    return run_id


async def test_a_dataset_is_listed_and_shows_its_runs_and_leads_to_them(
    app: Litestar, workers: Team, alice: Client, mallory: Client
) -> None:
    assert workers["worker"].running
    dataset, theirs = await _dataset(alice), await _dataset(mallory, name="Somebody else's")
    run = await _run(alice, dataset)
    visitor = Visitor.of(app)
    await visitor.sign_in(alice)

    listed = (await visitor.get("/app/datasets")).text
    page = (await visitor.get(f"/app/datasets/{dataset}")).text

    assert f"/app/datasets/{dataset}" in listed
    assert theirs not in listed
    assert f'/app/runs/{run}"><bdi>First model</bdi>' in page
    assert "<bdi>cat</bdi>, <bdi>dog</bdi>" in page
    assert (await visitor.get(f"/app/datasets/{theirs}")).status_code == 404
    assert (await visitor.send(f"/app/datasets/{theirs}/delete", "/app/datasets")).status_code == 404
    assert (await visitor.get("/app/datasets?name=Pets")).text.count("/app/datasets/") == listed.count("/app/datasets/")
    assert "No matching datasets" in (await visitor.get("/app/datasets?name=nothing")).text


async def test_a_dataset_with_runs_is_kept_and_one_without_is_deleted(
    app: Litestar, workers: Team, alice: Client
) -> None:
    assert workers["worker"].running
    used, unused = await _dataset(alice), await _dataset(alice, b"id,label\n1,cow\n")
    await _run(alice, used)
    visitor = Visitor.of(app)
    await visitor.sign_in(alice)

    refused = await visitor.send(f"/app/datasets/{used}/delete", f"/app/datasets/{used}")
    deleted = await visitor.send(f"/app/datasets/{unused}/delete", f"/app/datasets/{unused}")

    assert (refused.status_code, "Runs refer to this dataset: 1" in refused.text) == (409, True)
    assert deleted.headers["location"] == "/app/datasets?notice=deleted"
    assert (await alice.get(f"/v1/datasets/{used}")).status_code == 200
    assert (await alice.get(f"/v1/datasets/{unused}")).status_code == 404


async def test_what_a_file_leaves_open_and_hostile_texts_are_shown_as_texts(
    app: Litestar, workers: Team, alice: Client
) -> None:
    assert workers["worker"].running
    hostile = await _dataset(alice, f"id,label\n1,{HOSTILE}\n2,b\n".encode(), name=HOSTILE)
    open_file = await _dataset(alice, b"first,second\na,x\nb,y\n", name="Open")
    visitor = Visitor.of(app)
    await visitor.sign_in(alice)

    for path in ("/app/datasets", f"/app/datasets/{hostile}"):
        page = (await visitor.get(path)).text
        assert "<script>alert" not in page, path
        assert "&lt;script&gt;alert(1)" in page, path
    assert "needs mapping" in (await visitor.get(f"/app/datasets/{open_file}")).text


async def test_a_new_account_reads_what_a_dataset_is(app: Litestar, alice: Client) -> None:
    visitor = Visitor.of(app)
    await visitor.sign_in(alice)
    assert "No datasets yet" in (await visitor.get("/app/datasets")).text
