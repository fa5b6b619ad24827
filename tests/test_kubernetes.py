"""What can be known of the files for Kubernetes without a cluster."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml
from pydantic import SecretStr, ValidationError

from shared.kit.database.transactions import SESSION_POOL_SIZE
from shared.kit.settings import Settings
from tests.test_deployment import example, service
from worker import courier, dispatcher, runtime, thumbnailer

FOLDER = Path(__file__).parents[1] / "deploy/kubernetes"
KUSTOMIZATION: dict[str, Any] = yaml.safe_load((FOLDER / "kustomization.yaml").read_text())
PROCESSES = ("api", "worker", "thumbnailer", "courier", "dispatcher")
# Lists whose items are told apart by a name, as the API says: a patch is added to the one of the same name.
KEYS = {"containers": "name", "initContainers": "name", "volumes": "name", "volumeMounts": "mountPath"}

Resource = dict[str, Any]


def merged(target: Any, patch: Any, field: str = "") -> Any:
    """The target with a strategic merge patch, as far as ours go."""
    if isinstance(target, dict) and isinstance(patch, dict):
        return target | {name: merged(target.get(name), value, name) for name, value in patch.items()}
    if isinstance(target, list) and isinstance(patch, list) and field in KEYS:
        key = KEYS[field]
        items = {item[key]: item for item in patch}
        # What is new comes first, as kustomize has it.
        kept = [merged(item, items.pop(item[key], {})) for item in target]
        return [*items.values(), *kept]
    return patch


def rendered() -> Iterator[Resource]:
    """The resources with their patches."""
    for name in KUSTOMIZATION["resources"]:
        for resource in yaml.safe_load_all((FOLDER / name).read_text()):
            for patch in KUSTOMIZATION["patches"]:
                if re.fullmatch(patch["target"]["kind"], resource["kind"]):
                    spec = yaml.safe_load((FOLDER / patch["path"]).read_text())["spec"]
                    resource["spec"] = merged(resource["spec"], spec)
            yield resource


RESOURCES = list(rendered())


def of_kind(kind: str) -> dict[str, Resource]:
    return {resource["metadata"]["name"]: resource for resource in RESOURCES if resource["kind"] == kind}


def pods() -> dict[str, Resource]:
    """The pod's description of every process of ours, by name."""
    return {
        name: resource["spec"]["template"] for kind in ("Deployment", "Job") for name, resource in of_kind(kind).items()
    }


def process(name: str) -> Resource:
    (found,) = pods()[name]["spec"]["containers"]
    assert isinstance(found, dict)
    return found


def variables(name: str) -> dict[str, str]:
    return dict(re.findall(r"(?m)^([A-Z]\w*)=(.*)$", (FOLDER / name).read_text()))


@pytest.mark.parametrize("resource", RESOURCES, ids=lambda it: f"{it['kind']} {it['metadata']['name']}")
def test_every_resource_follows_the_schema_of_kubernetes(resource: Resource) -> None:
    kubernetes_validate.validate(resource, "1.37", strict=True)


@pytest.mark.skipif(not shutil.which("kubectl"), reason="kubectl renders the files as a cluster will get them")
def test_kubectl_makes_the_same_of_the_files_as_these_tests(tmp_path: Path) -> None:
    folder = shutil.copytree(FOLDER, tmp_path / "kubernetes")
    shutil.copy(folder / "secrets.env.example", folder / "secrets.env")
    done = subprocess.run(["kubectl", "kustomize", folder], capture_output=True, text=True, check=True)
    # Names of settings and images are its own business: the hash and the registry are taken away again.
    text = re.sub(r"\b(settings|secrets)-\w{10}\b", r"\1", done.stdout)
    image = KUSTOMIZATION["images"][0]
    text = text.replace(f"{image['newName']}:{image['newTag']}", "evalserve")
    found = {_name(it): it for it in yaml.safe_load_all(text) if it["kind"] not in {"ConfigMap", "Secret"}}
    for resource in found.values():
        assert resource["metadata"].pop("namespace", "evalserve") == "evalserve"

    assert found == {_name(it): it for it in RESOURCES}


def test_every_setting_is_known_and_every_secret_is_kept_as_one() -> None:
    settings, secrets = variables("settings.env"), variables("secrets.env.example")
    fields = {name.upper(): field for name, field in Settings.model_fields.items()}
    given = {name.lower(): value for name, value in (settings | secrets).items()}
    made = Settings.model_validate(given | {"secret_key": "0" * 64})

    with pytest.raises(ValidationError, match="secret_key"):
        Settings.model_validate(given)
    assert settings.keys() | secrets.keys() <= fields.keys()
    assert {name for name, field in fields.items() if field.is_required()} <= settings.keys() | secrets.keys()
    assert {name for name in secrets if isinstance(getattr(made, name.lower()), SecretStr)} == secrets.keys()
    assert not any(isinstance(getattr(made, name.lower()), SecretStr) for name in settings)
    assert "secrets.env" in (FOLDER / ".gitignore").read_text().splitlines()


def test_every_process_gets_all_of_them() -> None:
    given = [{"configMapRef": {"name": "settings"}}, {"secretRef": {"name": "secrets"}}]
    generated = [KUSTOMIZATION[each][0] for each in ("configMapGenerator", "secretGenerator")]

    assert generated == [
        {"name": "settings", "envs": ["settings.env"]},
        {"name": "secrets", "envs": ["secrets.env"]},
    ]
    assert all(process(name)["envFrom"] == given for name in pods())


def test_the_processes_are_those_of_compose_and_have_as_long_to_end() -> None:
    composed = {name: service(name, example(with_defaults=False)) for name in ("migrate", *PROCESSES)}

    assert {name: process(name)["command"] for name in pods()} == {name: it["command"] for name, it in composed.items()}
    for name in ("worker", "thumbnailer", "courier"):
        assert f"{pods()[name]['spec']['terminationGracePeriodSeconds']}s" == composed[name]["stop_grace_period"]


def test_what_is_under_way_may_end_before_the_pod_is_killed() -> None:
    api = process("api")
    kill_timeout = int(api["command"][api["command"].index("--workers-kill-timeout") + 1])
    pause = api["lifecycle"]["preStop"]["sleep"]["seconds"]

    assert kill_timeout + pause < pods()["api"]["spec"]["terminationGracePeriodSeconds"]
    grace = Settings.model_fields["shutdown_grace_s"].default
    assert grace < pods()["worker"]["spec"]["terminationGracePeriodSeconds"]
    assert (
        Settings.model_fields["webhook_timeout_s"].default < pods()["courier"]["spec"]["terminationGracePeriodSeconds"]
    )


def test_the_api_is_asked_where_it_listens() -> None:
    api = process("api")
    (port,) = api["ports"]

    assert api["command"][api["command"].index("--port") + 1] == str(port["containerPort"])
    probes = {kind: api[f"{kind}Probe"]["httpGet"] for kind in ("startup", "liveness", "readiness")}
    assert probes == {
        "startup": {"path": "/healthz", "port": port["name"]},
        "liveness": {"path": "/healthz", "port": port["name"]},
        "readiness": {"path": "/readyz", "port": port["name"]},
    }
    assert of_kind("Service")["api"]["spec"]["ports"] == [{"name": "http", "port": 80, "targetPort": port["name"]}]


@pytest.mark.parametrize("name", ["worker", "thumbnailer", "courier", "dispatcher"])
def test_a_process_without_a_port_is_alive_while_its_loop_touches_its_file(name: str) -> None:
    probe = process(name)["livenessProbe"]
    composed = service(name, example(with_defaults=False))

    # What the script does is tested beside the compose file.
    assert probe["exec"]["command"] == ["sh", "-c", composed["healthcheck"]["test"][1]]
    assert probe["periodSeconds"] < 60
    folder = variables("settings.env")["LIVENESS_FILE"].rpartition("/")[0]
    assert folder in [mount["mountPath"] for mount in process(name)["volumeMounts"]]
    assert "readinessProbe" not in process(name)


@pytest.mark.parametrize("name", PROCESSES)
def test_no_probe_of_liveness_asks_a_server(name: str) -> None:
    probe = process(name)["livenessProbe"]

    assert probe.get("httpGet", {}).get("path") in {None, "/healthz"}
    assert "celery" not in json.dumps(probe)


@pytest.mark.parametrize("name", PROCESSES)
def test_the_pods_of_a_process_are_spread_over_nodes_and_zones(name: str) -> None:
    deployment = of_kind("Deployment")[name]["spec"]
    constraints = deployment["template"]["spec"]["topologySpreadConstraints"]
    labels = deployment["template"]["metadata"]["labels"]

    assert [it["topologyKey"] for it in constraints] == ["kubernetes.io/hostname", "topology.kubernetes.io/zone"]
    for it in constraints:
        assert (it["maxSkew"], it["whenUnsatisfiable"]) == (1, "ScheduleAnyway")
        assert it["labelSelector"]["matchLabels"].items() <= labels.items()
        # The hash is a label that the Deployment adds.
        assert it["matchLabelKeys"] == ["app.kubernetes.io/component", "pod-template-hash"]


def _most_pods(name: str) -> int:
    if autoscaler := of_kind("HorizontalPodAutoscaler").get(name):
        return int(autoscaler["spec"]["maxReplicas"])
    return int(of_kind("Deployment")[name]["spec"]["replicas"])


def _option(name: str, option: str) -> int:
    command = process(name)["command"]
    return int(command[command.index(option) + 1])


def test_the_runbook_has_the_sum_of_the_connections_that_the_pods_may_hold() -> None:
    api_pool = Settings.model_fields["database_pool_size"].default
    # Of each process: for statements, for sessions, and for listening.
    each = {
        "api": (_option("api", "--workers"), api_pool + SESSION_POOL_SIZE + 1),
        "worker": (_option("worker", "-c"), runtime.POOL_SIZE + SESSION_POOL_SIZE),
        "thumbnailer": (1, thumbnailer.POOL_SIZE + SESSION_POOL_SIZE + 1),
        "courier": (1, courier.POOL_SIZE + SESSION_POOL_SIZE + 1),
        "dispatcher": (1, dispatcher.POOL_SIZE + SESSION_POOL_SIZE),
    }
    rows = {name: (_most_pods(name), *each[name]) for name in PROCESSES}
    sums = {name: pods * processes * connections for name, (pods, processes, connections) in rows.items()}
    text = (FOLDER.parents[1] / "docs/runbook.md").read_text()

    for name, row in rows.items():
        assert f"| {name} | {' | '.join(map(str, row))} | {sums[name]} |" in text
    assert f"| **sum** | | | | **{sum(sums.values())}** |" in text


@pytest.mark.parametrize("name", ["migrate", *PROCESSES])
def test_every_pod_is_as_confined_as_the_namespace_demands(name: str) -> None:
    pod = pods()[name]["spec"]

    assert of_kind("Namespace")["evalserve"]["metadata"]["labels"] == {
        "pod-security.kubernetes.io/enforce": "restricted"
    }
    assert pod["automountServiceAccountToken"] is False
    assert (pod["securityContext"]["runAsNonRoot"], pod["securityContext"]["runAsUser"]) == (True, 10001)
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    for container in [*pod.get("initContainers", ()), *pod["containers"]]:
        assert container["image"] == "evalserve"
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"]},
            "readOnlyRootFilesystem": True,
        }
        assert set(container["resources"]["requests"]) == {"cpu", "memory"}
        assert "memory" in container["resources"]["limits"]


@pytest.mark.parametrize("name", PROCESSES)
def test_every_process_waits_for_the_tables_and_is_never_drained_away_at_once(name: str) -> None:
    deployment = of_kind("Deployment")[name]["spec"]
    labels = deployment["template"]["metadata"]["labels"]
    before = {it["name"]: it["command"] for it in deployment["template"]["spec"]["initContainers"]}
    autoscaler = of_kind("HorizontalPodAutoscaler").get(name)

    assert deployment["selector"]["matchLabels"] == labels
    assert of_kind("PodDisruptionBudget")[name]["spec"] == {"maxUnavailable": 1, "selector": {"matchLabels": labels}}
    assert before["await-migrations"] == ["python", "-m", "shared.operations.readiness"]
    # A number here would undo the autoscaler's with every change.
    assert ("replicas" in deployment) is (autoscaler is None)
    assert (autoscaler["spec"]["minReplicas"] if autoscaler else deployment["replicas"]) >= 2
    if autoscaler:
        assert autoscaler["spec"]["scaleTargetRef"] == {"apiVersion": "apps/v1", "kind": "Deployment", "name": name}


def test_only_the_courier_reaches_the_outside_and_only_the_api_is_reached() -> None:
    policies = {name: it["spec"] for name, it in of_kind("NetworkPolicy").items()}
    component = "app.kubernetes.io/component"

    assert policies.pop("nothing") == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    assert {name for name, it in policies.items() if "ingress" in it} == {"api"}
    assert policies["api"]["podSelector"]["matchLabels"][component] == "api"
    outside = {name for name, it in policies.items() if '"0.0.0.0/0"' in json.dumps(it)}
    assert outside == {"courier"}
    assert policies["courier"]["podSelector"]["matchLabels"][component] == "courier"
    for policy in policies.values():
        matching = [name for name, pod in pods().items() if _selects(policy["podSelector"], pod)]
        assert matching != []
    assert [name for name, pod in pods().items() if not _selects(policies["servers"]["podSelector"], pod)] == []


def _selects(selector: Resource, pod: Resource) -> bool:
    wanted, labels = selector["matchLabels"], pod["metadata"]["labels"]
    return all(labels.get(name) == value for name, value in wanted.items())


def _name(resource: Resource) -> str:
    return f"{resource['kind']} {resource['metadata']['name']}"
