"""The programs and examples of the documents work as they are printed, on the service that `make run` starts."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import evalserve
import pytest

from deploy.local.options import PROJECT
from shared.uploads.files import PART_BYTES
from tests.e2e.conftest import Service
from tests.e2e.test_walkthrough import sign_up
from tests.files import content, sha256
from tests.pictures import picture

needs_tools = pytest.mark.skipif(
    not (shutil.which("curl") and shutil.which("openssl")), reason="runs lines that call curl and openssl"
)


@pytest.fixture(scope="module")
def key(service: Service) -> str:
    return sign_up(service, "reader@example.com")


@pytest.fixture
def environment(service: Service, key: str) -> dict[str, str]:
    """What the documents tell a reader to set."""
    secret = re.search(r"ML_CALLBACK_HMAC_SECRET=([0-9a-f]{64})", service.text)
    assert secret, service.text
    chosen = {"EVALSERVE_URL": service.url, "EVALSERVE_KEY": key, "ML_CALLBACK_HMAC_SECRET": secret[1]}
    return {"PATH": os.environ["PATH"], **chosen}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the two files that a pipeline needs."""
    (tmp_path / "photo.jpg").write_bytes(picture("JPEG", (640, 480)))
    (tmp_path / "heatmap.png").write_bytes(picture())
    return tmp_path


def blocks(document: str, language: str) -> list[str]:
    text = (PROJECT / document).read_text()
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def run(command: Sequence[str], program: str, folder: Path, environment: dict[str, str]) -> str:
    """What the program prints; it must succeed without a complaint."""
    done = subprocess.run(
        command, input=program, cwd=folder, env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def read(service: Service, key: str, path: str) -> Any:
    with evalserve.Client(service.url, key) as client:
        return client.send("GET", path)


def newest_analysis(service: Service, key: str) -> Any:
    project = read(service, key, "/api/projects")["items"][0]
    image = read(service, key, f"/api/projects/{project['id']}/images")["items"][0]
    return read(service, key, f"/api/images/{image['id']}/analyses")["analyses"][0]


def test_the_python_pipeline_sends_its_annotations(
    service: Service, key: str, environment: dict[str, str], folder: Path
) -> None:
    (program,) = blocks("docs/annotations.md", "python")

    printed = run([sys.executable, "-"], program, folder, environment)

    analysis = newest_analysis(service, key)
    assert printed == f"completed 2 {service.url}/app/images/{analysis['image_id']}\n"
    assert (analysis["status"], analysis["summary"]) == ("completed", {"detections": 1})


@needs_tools
def test_the_curl_pipeline_sends_its_annotations(
    service: Service, key: str, environment: dict[str, str], folder: Path
) -> None:
    (program,) = blocks("docs/annotations.md", "sh")

    assert run(["sh", "-eu"], program, folder, environment) == "completed\n"

    analysis = newest_analysis(service, key)
    artifacts = read(service, key, f"/api/analyses/{analysis['id']}/artifacts")["artifacts"]
    assert (analysis["annotation_count"], [one["status"] for one in artifacts]) == (2, ["stored"])


@needs_tools
def test_the_commands_of_projects_upload_find_delete_and_restore_an_image(
    environment: dict[str, str], folder: Path
) -> None:
    (program,) = blocks("docs/projects.md", "sh")

    assert run(["sh", "-eu"], program, folder, environment) == "['photo.jpg']\nphoto.jpg\n"


def test_every_example_of_an_annotation_is_accepted_and_of_every_type(
    service: Service, key: str, environment: dict[str, str], folder: Path
) -> None:
    examples = [json.loads(block) for block in blocks("docs/annotations.md", "json")]
    (program,) = blocks("docs/annotations.md", "python")
    # The same program with the document's examples instead of its own.
    head, _, _ = program.partition("detections = [")
    _, _, tail = program.partition("\n]\n")

    run([sys.executable, "-"], f"{head}detections = {examples!r}\n{tail}", folder, environment)

    kept = read(service, key, f"/api/analyses/{newest_analysis(service, key)['id']}/annotations")["annotations"]
    assert [{name: one[name] for name in example} for example, one in zip(examples, kept, strict=True)] == examples
    types = {"bounding_box", "segmentation", "keypoint", "classification", "heatmap"}
    assert {example["annotation_type"] for example in examples} == types


def test_the_python_upload_sends_a_file_in_parts_continues_it_and_does_not_send_it_twice(
    service: Service, key: str, environment: dict[str, str], folder: Path
) -> None:
    body = content(PART_BYTES + 1000, "of the document, in Python")
    (folder / "predictions.csv").write_bytes(body)
    (program,) = blocks("docs/uploads.md", "python")
    interrupted = program.replace(
        '        progress = call("POST"', '        raise SystemExit(3)\n        progress = call("POST"'
    )
    assert interrupted != program

    with pytest.raises(AssertionError, match="assert \\(3, ''\\)"):
        run([sys.executable, "-"], interrupted, folder, environment)
    (pending,) = read(service, key, "/v1/uploads?status=pending")["items"]
    printed, again = [run([sys.executable, "-"], program, folder, environment) for _ in range(2)]

    assert printed == again == f"completed 2 {pending['id']}\n"
    assert read(service, key, f"/v1/uploads/{pending['id']}")["sha256"] == sha256(body)


@needs_tools
def test_the_curl_upload_sends_a_file_in_parts(
    service: Service, key: str, environment: dict[str, str], folder: Path
) -> None:
    body = content(PART_BYTES + 1000, "of the document, with curl")
    (folder / "predictions.csv").write_bytes(body)
    (program,) = blocks("docs/uploads.md", "sh")

    printed = [run(["sh", "-eu"], program, folder, environment) for _ in range(2)]

    assert printed == ["completed\n", "completed\n"]
    uploads = read(service, key, "/v1/uploads")["items"]
    assert [upload["part_count"] for upload in uploads if upload["sha256"] == sha256(body)] == [2]


def test_the_python_run_goes_from_a_file_to_its_errors(environment: dict[str, str], folder: Path) -> None:
    (program,) = blocks("docs/runs.md", "python")
    roles = {"sample_id": "id", "y_true": "truth", "y_pred": "prediction", "prob_spam": "score", "country": "slice"}

    assert run([sys.executable, "-"], program, folder, environment).splitlines() == [
        f"ready 4 {roles}",
        "[[1, 1], [1, 1]]",
        "spam 0.5 0.5",
        "0.5833333333333333 0.4175",
        "The recall is 1 at the threshold 0.33, which is at least 0.9.",
        "[[1, 1], [0, 2]]",
        "country FR 2 0.0",
        "country DE 2 1.0",
        "009 ham spam 0.97",
        "010 spam ham 0.67",
    ]


def test_the_python_comparison_goes_from_two_files_to_a_verdict(environment: dict[str, str], folder: Path) -> None:
    (program,) = blocks("docs/comparisons.md", "python")

    verdict, summary, counts, *flips = run([sys.executable, "-"], program, folder, environment).splitlines()

    assert verdict == "better"
    assert summary.startswith("The candidate is better: Accuracy 0.8000 → 0.9000, difference +0.1000 (95 % interval ")
    assert counts == "40 fixed, 10 broken, 20 wrong in both"
    assert flips == ["mail-60 ham spam", "mail-61 spam ham", "mail-62 spam ham"]


def test_the_python_gate_goes_from_a_policy_to_a_verdict_with_reasons(
    environment: dict[str, str], folder: Path
) -> None:
    (program,) = blocks("docs/gates.md", "python")

    verdict, first, *others = run([sys.executable, "-"], program, folder, environment).splitlines()

    assert verdict == "fail"
    assert first.startswith("fail Accuracy 0.9000 → 0.8000, difference −0.1000 (bounds ")
    assert "pass The candidate has the golden sample right." in others
    assert "### `spam filter`: ❌ fail" in others


def test_the_python_detection_run_judges_two_imported_files(
    service: Service, key: str, environment: dict[str, str], folder: Path
) -> None:
    (program,) = blocks("docs/detection.md", "python")
    box = {"image_id": 1, "category_id": 1, "bbox": [10, 10, 30, 30]}
    images = [{"id": 1, "file_name": "a.png", "width": 100, "height": 100}]
    truth = {"images": images, "categories": [{"id": 1, "name": "car"}], "annotations": [box | {"id": 1}]}
    (folder / "instances.json").write_text(json.dumps(truth))
    (folder / "results.json").write_text(json.dumps([box | {"score": 0.9}]))
    with evalserve.Client(service.url, key) as client:
        client.import_annotations(folder / "instances.json", "Crossings", role="ground_truth", create=True)
        client.import_annotations(folder / "results.json", "Crossings", role="predictions", model={"name": "yolo_v8"})
    projects = read(service, key, "/api/projects")["items"]
    (project,) = [one["id"] for one in projects if one["name"] == "Crossings"]
    environment["EVALSERVE_PROJECT"] = project
    status, precision = run([sys.executable, "-"], program, folder, environment).split()

    assert status == "ready"
    assert float(precision) == pytest.approx(1)


def test_the_client_evaluates_a_table_and_the_command_a_file(environment: dict[str, str], folder: Path) -> None:
    (program,) = blocks("docs/client.md", "python")
    (commands,) = blocks("docs/client.md", "sh")
    command = folder / "bin/evalserve"
    command.parent.mkdir()
    command.write_text(f"#!{sys.executable}\nfrom evalserve.command import main\nmain()\n")
    command.chmod(0o755)
    (folder / "predictions.csv").write_text("image,label,guess,country\n007,a,a,DE\n008,b,a,FR\n")
    environment |= {"PYTHONPATH": str(PROJECT / "client/src"), "HOME": str(folder)}
    environment |= {
        "PATH": f"{command.parent}:{environment['PATH']}",
        "EVALSERVE_API_KEY": environment["EVALSERVE_KEY"],
    }

    printed = run([sys.executable, "-"], program, folder, environment).splitlines()
    del environment["EVALSERVE_API_KEY"]
    pushed = run(["sh", "-eu"], commands, folder, environment).splitlines()

    assert printed[0] == "Run 'v2': 4 samples, 2 classes"
    assert printed[-5:] == ["0.5 [[1, 1], [1, 1]]", "FR 2 0.0", "DE 2 1.0", "009 ham spam", "010 spam ham"]
    assert pushed[1] == "Run 'v3': 2 samples, 2 classes"
    # The other documents' runs come after the two of this one.
    listed = next(at for at, line in enumerate(pushed) if line.startswith("id "))
    assert '"value": "FR"' in pushed[listed - 1]
    assert [line.split()[1] for line in pushed[listed + 1 : listed + 3]] == ["v3", "v2"]


def test_the_check_for_a_build_passes_and_names_the_page_of_the_matrix(
    service: Service, key: str, environment: dict[str, str], folder: Path
) -> None:
    (program,) = blocks("docs/index.md", "python")

    printed = run([sys.executable, "-"], program, folder, environment)

    matrix = read(service, key, "/v1/matrices")["items"][0]
    assert printed == f"macro F1 0.733: {service.url}/app/matrices/{matrix['uid']}\n"
