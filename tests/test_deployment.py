"""What can be known of the production files without a container engine."""

import ast
import json
import os
import re
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib import metadata
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from deploy.local.commands import commands
from deploy.local.forking import Nursery
from shared.kit.settings import Settings

ROOT = Path(__file__).parents[1]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
EXAMPLE = (ROOT / "deploy/.env.example").read_text()
SECRET = "0123456789abcdef" * 4
OURS = ("migrate", "api", "worker", "thumbnailer", "courier", "dispatcher")
ONE_SHOT = ("migrate", "bucket")
BUILD, RUNTIME = re.split(r"(?m)^(?=FROM)", (ROOT / "deploy/Dockerfile").read_text().replace("\\\n", ""))[1:]

# What a declared dependency brings along and is made to be used together with.

NAME = re.compile(r"(?m)^#?([A-Z]\w*)=")
VARIABLE = re.compile(r"\$(?:(\$)|\{(\w+)(?::([-?])([^}]*))?\})")


def example(*, with_defaults: bool) -> dict[str, str]:
    """The variables of .env.example, its blanks filled in; the defaults that it shows with or without."""
    defaults = re.findall(r"(?m)^#([A-Z]\w*)=(.+)$", EXAMPLE) if with_defaults else ()
    return dict(defaults) | {name: value or SECRET for name, value in re.findall(r"(?m)^([A-Z]\w*)=(.*)$", EXAMPLE)}


def resolve(value: Any, variables: dict[str, str]) -> Any:
    """The value with its variables replaced as Compose does it; KeyError for one that is required and missing."""

    def replace(match: re.Match[str]) -> str:
        dollar, name, rule, rest = match.groups()
        if dollar:
            return "$"
        return variables.get(name) or rest if rule == "-" else variables[name]

    match value:
        case str():
            return VARIABLE.sub(replace, value)
        case list():
            return [resolve(item, variables) for item in value]
        case dict():
            return {key: resolve(item, variables) for key, item in value.items()}
    return value


def service(name: str, variables: dict[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = resolve(COMPOSE["services"][name], variables)
    # A name without a value is handed on if it is set.
    given = {key: variables.get(key) if value is None else value for key, value in found["environment"].items()}
    return found | {"environment": {key: value for key, value in given.items() if value is not None}}


def settings(variables: dict[str, str]) -> Settings:
    environment = service("api", variables)["environment"]
    return Settings.model_validate({name.lower(): value for name, value in environment.items()})


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ.keys() & {field.upper() for field in Settings.model_fields}:
        monkeypatch.delenv(name)


def test_the_compose_file_follows_the_specification() -> None:
    schema = json.loads((ROOT / "tests/data/compose-spec.json").read_text())
    validator = jsonschema.validators.validator_for(schema)
    validator.check_schema(schema)
    assert [error.message for error in validator(schema).iter_errors(COMPOSE)] == []


def test_every_service_network_and_volume_that_is_named_exists() -> None:
    for name, it in COMPOSE["services"].items():
        assert set(it.get("depends_on", ())) <= set(COMPOSE["services"]), name
        assert set(it["networks"]) <= set(COMPOSE["networks"]), name
        named = {volume.partition(":")[0] for volume in it.get("volumes", ()) if ":" in volume}
        assert named <= set(COMPOSE["volumes"]), name


def test_services_that_are_waited_for_can_say_that_they_are_ready_or_end() -> None:
    for it in COMPOSE["services"].values():
        for name, wait in it.get("depends_on", {}).items():
            awaited = COMPOSE["services"][name]
            if wait["condition"] == "service_healthy":
                assert "test" in awaited["healthcheck"], name
            else:
                assert awaited["restart"] == "no", name


def test_the_example_names_exactly_the_variables_that_the_compose_file_reads() -> None:
    written = {name for _, name, _, _ in VARIABLE.findall(json.dumps(COMPOSE)) if name}
    handed_on = {name for name, value in COMPOSE["x-settings"].items() if value is None}
    assert sorted(NAME.findall(EXAMPLE)) == sorted(written | handed_on)


def test_every_line_of_the_example_is_explained() -> None:
    lines = EXAMPLE.splitlines()
    for before, line in pairwise(lines):
        if NAME.match(line):
            assert before.startswith(("# ", "#PYCM_API_ADMIN=")), line


@pytest.mark.parametrize("name", OURS)
def test_every_process_of_ours_is_given_every_setting(name: str) -> None:
    assert set(COMPOSE["services"][name]["environment"]) == {field.upper() for field in Settings.model_fields}


def test_the_example_filled_in_makes_valid_settings() -> None:
    assert settings(example(with_defaults=False)) == Settings.model_validate(
        {
            "database_url": f"postgresql://evalserve:{SECRET}@postgres:5432/evalserve",
            "redis_url": f"redis://:{SECRET}@redis:6379/0",
            "s3_endpoint_url": "http://minio:9000",
            "public_url": "http://localhost:8000",
            "s3_access_key_id": "evalserve",
            "s3_secret_access_key": SECRET,
            "secret_key": SECRET,
            "liveness_file": "/tmp/alive",
        }
    )


def test_the_defaults_that_the_example_shows_are_the_defaults() -> None:
    shown, bare = example(with_defaults=True), example(with_defaults=False)
    assert len(shown) > len(bare)
    assert settings(shown) == settings(bare)
    for name, it in COMPOSE["services"].items():
        without = {key: value for key, value in it.items() if key != "environment"}
        assert resolve(without, shown) == resolve(without, bare), name


@pytest.mark.parametrize("secret", ["SECRET_KEY", "POSTGRES_PASSWORD", "REDIS_PASSWORD", "S3_SECRET_ACCESS_KEY"])
def test_compose_refuses_to_start_without_a_secret(secret: str) -> None:
    assert f"{{{secret}:?}}" in (ROOT / "compose.yaml").read_text()
    assert f"\n{secret}=\n" in EXAMPLE
    with pytest.raises(KeyError, match=secret):
        resolve(COMPOSE, {name: value for name, value in example(with_defaults=False).items() if name != secret})


def test_the_commands_are_those_of_the_local_stack() -> None:
    local = commands(host="0.0.0.0", port=8000, api_workers=2, worker_concurrency=2)
    expected = {"migrate": local.migrate, **local.parts}
    found = {name: service(name, example(with_defaults=False))["command"] for name in OURS}
    # Only the time that requests have to end differs: locally everything stops within 10 s.
    found["api"][found["api"].index("--workers-kill-timeout") + 1] = "4"
    assert found == {name: ["python", *command[1:]] for name, command in expected.items()}


def test_requests_that_wait_may_end_before_the_api_is_killed() -> None:
    api = service("api", example(with_defaults=False))
    kill_timeout = int(api["command"][api["command"].index("--workers-kill-timeout") + 1])
    assert Settings.model_fields["wait_limit_s"].default < kill_timeout < int(api["stop_grace_period"].rstrip("s"))


@pytest.mark.parametrize("name", ["worker", "thumbnailer", "courier", "dispatcher"])
def test_a_process_without_a_port_is_healthy_as_long_as_its_file_is_younger_than_a_minute(
    name: str, tmp_path: Path
) -> None:
    it = service(name, example(with_defaults=False))
    kind, script = it["healthcheck"]["test"]
    path = tmp_path / "alive"

    def is_healthy() -> bool:
        done = subprocess.run(["sh", "-c", script], env=os.environ | {"LIVENESS_FILE": str(path)}, check=False)
        return done.returncode == 0

    missing = is_healthy()
    path.touch()
    young = is_healthy()
    os.utime(path, (time.time() - 61, time.time() - 61))

    assert (kind, missing, young, is_healthy()) == ("CMD-SHELL", False, True, False)
    # On the only file system that the container may write to.
    assert it["environment"]["LIVENESS_FILE"].startswith(f"{it['tmpfs'][0]}/")


def test_the_image_starts_the_api_by_itself() -> None:
    command = json.loads(re.findall(r"(?m)^CMD (.+)$", RUNTIME)[0])
    assert command == service("api", example(with_defaults=False))["command"]


def test_every_process_is_a_module_that_exists() -> None:
    for name in OURS:
        python, option, module, *_ = COMPOSE["services"][name]["command"]
        assert (python, option) == ("python", "-m")
        assert find_spec(module), module


def test_every_service_is_confined_and_started_again() -> None:
    for name, it in COMPOSE["services"].items():
        assert it["cap_drop"] == ["ALL"], name
        assert it["security_opt"] == ["no-new-privileges:true"], name
        assert it["logging"] == {"driver": "local"}, name
        assert it["restart"] == ("no" if name in ONE_SHOT else "unless-stopped"), name
        assert name in ONE_SHOT or "healthcheck" in it, name


def test_only_the_api_and_the_files_are_published_and_on_loopback_by_default() -> None:
    variables = example(with_defaults=False)
    published = {name: resolve(it["ports"], variables) for name, it in COMPOSE["services"].items() if "ports" in it}
    assert published == {"api": ["127.0.0.1:8000:8000"], "minio": ["127.0.0.1:9000:9000"]}


def test_the_image_is_given_the_code_and_nothing_else() -> None:
    copied = {source for line in re.findall(r"(?m)^COPY (.+)$", BUILD) for source in line.split()[:-1]}
    assert copied == {"api", "worker", "shared", "pyproject.toml", "requirements.lock"}
    assert all((ROOT / source).exists() for source in copied)
    let_through = re.findall(r"(?m)^!(.+)$", (ROOT / ".dockerignore").read_text())
    assert set(let_through) == copied


def test_the_image_runs_as_a_fixed_user_who_is_not_root() -> None:
    assert re.findall(r"(?m)^USER (.+)$", RUNTIME) == ["10001:10001"]
    assert "--uid 10001" in RUNTIME


def test_the_image_installs_the_locked_runtime_dependencies() -> None:
    installs = re.findall(r"pip install ([^&\n]+)", BUILD + RUNTIME)
    assert all("--require-hashes" in install or "-c requirements.lock" in install for install in installs)
    assert not any("--group" in install for install in installs)
    locked = {canonicalize_name(name) for name in re.findall(r"(?m)^(\S+)==", (ROOT / "requirements.lock").read_text())}
    assert declared() <= locked


@cache
def declared() -> frozenset[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return frozenset(canonicalize_name(Requirement(line).name) for line in project["dependencies"])


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def test_everything_that_the_code_imports_is_in_the_image() -> None:
    distributions = metadata.packages_distributions()
    missing = set()
    for path in (path for part in ("api", "worker", "shared") for path in (ROOT / part).rglob("*.py")):
        packages = {name.partition(".")[0] for name in imported(path)}
        # Python has `compression` from 3.14 on; before, a backport takes its place.
        foreign = packages - sys.stdlib_module_names - {"api", "worker", "shared", "compression"}
        for package in foreign:
            owners = {canonicalize_name(owner) for owner in distributions.get(package, ())}
            if not owners & declared():
                missing.add((str(path.relative_to(ROOT)), package))
    assert missing == set()


def test_continuous_integration_calls_targets_that_exist() -> None:
    script = ROOT / ".ci/run"
    assert os.access(script, os.X_OK)
    targets = re.findall(r"(?m)^make (\w+)$", script.read_text())
    assert targets == ["check", "test"]
    makefile = (ROOT / "Makefile").read_text()
    assert all(re.search(rf"(?m)^{target}:", makefile) for target in targets)


def test_every_service_that_stays_has_a_memory_limit_and_ours_are_those_of_kubernetes() -> None:
    staying = {name: each for name, each in COMPOSE["services"].items() if name not in ONE_SHOT}
    assert [name for name, each in staying.items() if "mem_limit" not in each] == []
    for name in set(OURS) - set(ONE_SHOT):
        limit = resolve(COMPOSE["services"][name]["mem_limit"], {})
        documents = yaml.safe_load_all((ROOT / f"deploy/kubernetes/{name}.yaml").read_text())
        (pod,) = (each["spec"]["template"]["spec"] for each in documents if each["kind"] == "Deployment")
        limits = [each["resources"]["limits"]["memory"].lower() for each in pod["containers"]]
        assert limits == [f"{limit}i"], name


def test_valkey_refuses_before_its_container_is_killed_and_evicts_nothing() -> None:
    redis = COMPOSE["services"]["redis"]
    script = redis["command"][-1]

    assert re.search(r"(?m)^maxmemory-policy noeviction$", script)
    (maxmemory,) = re.findall(r"(?m)^maxmemory (\d+)mb$", script)
    assert 2 * int(maxmemory) <= int(redis["mem_limit"].rstrip("m"))


def test_numpy_sorts_alike_in_the_image_and_locally() -> None:
    assert "NPY_DISABLE_CPU_FEATURES=X86_V4 " in RUNTIME
    assert Nursery(ROOT, ROOT, {})._environment["NPY_DISABLE_CPU_FEATURES"] == "X86_V4"
    assert Nursery(ROOT, ROOT, {"NPY_DISABLE_CPU_FEATURES": ""})._environment["NPY_DISABLE_CPU_FEATURES"] == ""
