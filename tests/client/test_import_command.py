"""Files of annotations by one command: into a project, all of a file or nothing."""

import asyncio
import json
from pathlib import Path

import evalserve
import pytest

from tests.client.conftest import Account
from tests.client.test_command import evalserve as command
from tests.coco_files import encoded, ground_truth, results


@pytest.fixture
async def logged_in(account: Account, tmp_path: Path) -> Account:
    """An account whose key is stored, and files of COCO."""
    await command("login", account.url, "--api-key", account.key)
    truth = ground_truth(4)
    (tmp_path / "truth.json").write_bytes(encoded(truth))
    (tmp_path / "results.json").write_bytes(encoded(results(truth)))
    truth["annotations"][2]["image_id"] = 999
    (tmp_path / "broken.json").write_bytes(encoded(truth))
    return account


async def test_truth_and_predictions_come_into_a_project(logged_in: Account, tmp_path: Path) -> None:
    truth, detections = str(tmp_path / "truth.json"), str(tmp_path / "results.json")
    unknown = await command("import", truth, "Streets", "--role", "ground_truth")
    first = await command("import", truth, "Streets", "--role", "ground_truth", "--create")
    second = await command(
        "import", detections, "Streets", "--role", "predictions", "--model", "yolo_v8", "--model-version", "8", "--json"
    )
    third = await command("import", detections, "Streets", "--role", "predictions", "--model", "resnet50")
    with logged_in.client() as client:
        projects = (await asyncio.to_thread(lambda: client.send("GET", "/api/projects")))["items"]

    assert (unknown.returncode, unknown.stderr) == (5, "Error: There is no project with the id or name 'Streets'.\n")
    assert first.returncode == 0, first.stderr
    count = len(ground_truth(4)["annotations"])
    assert first.stdout.splitlines()[0] == (
        f"Imported truth.json (coco): {count} annotations; images: 4 created, 0 matched."
    )
    assert second.returncode == 0, second.stderr
    report = json.loads(second.stdout)
    assert (report["format"], report["images_matched"], report["images_without"]) == ("coco_results", 3, 1)
    assert third.returncode == 0, third.stderr
    assert third.stdout == (
        f"Imported results.json (coco_results): {report['annotations']} annotations; "
        "images: 0 created, 3 matched, 1 without detections.\n"
    )
    assert [(project["id"], project["name"]) for project in projects] == [(report["project_id"], "Streets")]


async def test_a_faulty_file_is_refused_with_its_faults_and_leaves_nothing(logged_in: Account, tmp_path: Path) -> None:
    done = await command("import", str(tmp_path / "broken.json"), "Streets", "--role", "ground_truth", "--create")
    with logged_in.client() as client:
        (project,) = (await asyncio.to_thread(lambda: client.send("GET", "/api/projects")))["items"]
        images = await asyncio.to_thread(lambda: client.send("GET", f"/api/projects/{project['id']}/images"))

    assert (done.returncode, done.stdout) == (5, "")
    assert "annotations.2.image_id: none of the images of this file has the id 999." in done.stderr
    assert images["items"] == []


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--role", "predictions"), "--model"),
        (("--role", "ground_truth", "--model-version", "1"), "--model"),
        (("--role", "ground_truth", "--category", "person"), "ID=NAME"),
        ((), "--role"),
    ],
)
async def test_what_the_command_lacks_is_a_mistake_of_usage(
    logged_in: Account, tmp_path: Path, arguments: tuple[str, ...], sentence: str
) -> None:
    done = await command("import", str(tmp_path / "truth.json"), "Streets", *arguments)

    assert logged_in.url
    assert done.returncode == 2
    assert sentence in done.stderr


async def test_an_asynchronous_client_imports_alike(logged_in: Account, tmp_path: Path) -> None:
    async with evalserve.AsyncClient(logged_in.url, logged_in.key) as client:
        report = await client.import_annotations(tmp_path / "truth.json", "Streets", role="ground_truth", create=True)
        with pytest.raises(evalserve.InputRefused, match="There is no file"):
            await client.import_annotations(tmp_path / "none.json", "Streets", role="ground_truth")

    assert (report["format"], report["images_created"]) == ("coco", 4)
