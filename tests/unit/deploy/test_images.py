"""`make pin` prints the images of compose.yaml with the digests that docker names, or says why it cannot."""

from pathlib import Path

import pytest
import yaml

from deploy import images

DIGEST = "sha256:" + "0123456789abcdef" * 4


@pytest.fixture
def docker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A script in the place of docker, which answers with a digest."""
    script = tmp_path / "docker"
    script.write_text(f'#!/bin/sh\necho "$@" >> "{tmp_path}/calls"\necho {DIGEST}\n')
    script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    return script


def test_every_image_of_another_project_is_printed_with_its_digest(
    docker: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    services = yaml.safe_load(images.COMPOSE.read_text())["services"].values()
    tags = set(images.images(images.COMPOSE.read_text()).values())
    assert {service["image"] for service in services} == {
        "evalserve",
        *(f"${{{variable}:-{image}}}" for variable, image in images.images(images.COMPOSE.read_text()).items()),
    } - {"${PYTHON_IMAGE:-python:3.11-slim}"}

    assert images.main() == 0

    lines = dict(line.split("=", 1) for line in capsys.readouterr().out.splitlines())
    assert {"PYTHON_IMAGE", "POSTGRES_IMAGE", "REDIS_IMAGE", "MINIO_IMAGE"} == lines.keys()
    assert set(lines.values()) == {f"{tag}@{DIGEST}" for tag in tags}
    assert "buildx imagetools inspect postgres:18 " in (docker.parent / "calls").read_text()


def test_a_registry_that_does_not_answer_pins_nothing(docker: Path, capsys: pytest.CaptureFixture[str]) -> None:
    docker.write_text("#!/bin/sh\necho 'no such manifest' >&2\nexit 1\n")

    assert images.main() == 1

    printed = capsys.readouterr()
    assert (printed.out, printed.err) == ("", "python:3.11-slim: no such manifest\n")


def test_an_answer_that_is_no_digest_pins_nothing(docker: Path) -> None:
    docker.write_text("#!/bin/sh\necho latest\n")

    with pytest.raises(images.ImageUnknown, match="postgres:18: latest"):
        images.pinned("postgres:18")


def test_without_docker_it_says_so(docker: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(docker.parent / "nothing"))

    with pytest.raises(images.ImageUnknown, match="There is no docker here"):
        images.pinned("postgres:18")
