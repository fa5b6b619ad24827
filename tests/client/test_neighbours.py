"""What other programs make of a run, by their own judgement; and what they have written, sent as it is."""

import asyncio
import json
import os
import signal
import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import evalserve
import httpx2
import numpy as np
import pandas as pd
import pytest
from evalserve import cards, mlflow
from evalserve.command.exports import EXPORTS
from evalserve.sklearn import evaluate
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score, roc_auc_score
from sklearn.multiclass import OneVsRestClassifier
from sklearn.svm import LinearSVC

from deploy.local.ports import free_ports
from tests.actors import ROOT, eventually, is_answering
from tests.client.conftest import Account
from tests.neighbours.interpreters import installed, with_neighbours

COLUMNS: dict[str, list[Any]] = {
    "image": ["007", "008", "009", "010", "011", "012"],
    "label": ["a|b", "<i>", "<i>", "a|b", "<i>", "<i>"],
    "guess": ["a|b", "<i>", "a|b", "<i>", "a|b", "<i>"],
    "country": ["DE", "DE", "FR", "FR", "FR", "NA"],
}
ROLES: dict[str, Any] = {"y_true": "label", "y_pred": "guess", "id": "image", "slices": ["country"]}
HOSTILE = 'model "1"\n---\n# {x: [y'


def create(account: Account) -> evalserve.Run:
    """Create a run whose texts mean something to Markdown, YAML and MLflow."""
    return account.client().evaluate(COLUMNS, **ROLES, name="v2", model_name=HOSTILE)


@pytest.fixture(scope="module")
def foreign(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """An interpreter with MLflow and Hugging Face's hub, whose dependencies are not ours."""
    needed = ["mlflow>=3", "huggingface_hub>=1", "pyyaml", "httpx2>=2"]
    with installed(tmp_path_factory.mktemp("neighbours"), needed) as python:
        yield python


@pytest.fixture(scope="module")
def with_torch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """An interpreter with PyTorch for processors, from its own index or where that is away from the usual one."""
    needed = ["torch>=2.13,<2.14", "httpx2>=2"]
    with installed(tmp_path_factory.mktemp("torch"), ["--torch-backend", "cpu", *needed], needed) as python:
        yield python


async def perform(python: Path, program: str, *arguments: str, **environment: str) -> str:
    """Run a program with another interpreter and return what it prints."""
    settings = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ} | environment
    done = await asyncio.to_thread(
        subprocess.run,
        [str(python), "-c", program, *arguments],
        env=settings | {"PYTHONPATH": str(ROOT / "client/src")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
async def tracking(foreign: Path, tmp_path: Path) -> AsyncIterator[str]:
    """The address of a real MLflow server."""
    (port,) = free_ports(1)
    url = f"http://127.0.0.1:{port}"
    stores = ["--backend-store-uri", f"sqlite:///{tmp_path}/mlflow.db", "--artifacts-destination", f"{tmp_path}/files"]
    command = [
        str(foreign),
        "-m",
        "mlflow",
        "server",
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
        "--workers",
        "1",
        *stores,
    ]
    # Its workers are children of its own, which end with their group.
    server = await asyncio.create_subprocess_exec(
        *command,
        env=os.environ | {"MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"},
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        async with httpx2.AsyncClient(base_url=url) as http:
            await eventually(lambda: is_answering(http, "/health"), 300)
        yield url
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        await server.wait()


LOGGED = """
import json, sys, evalserve, mlflow
from evalserve.mlflow import log_run
mlflow.set_tracking_uri(sys.argv[1])
logged = log_run(evalserve.Client().get(sys.argv[2]))
stored = mlflow.get_run(logged)
table = mlflow.artifacts.load_dict(f"{stored.info.artifact_uri}/eval_results_table.json")
print(json.dumps([stored.info.run_name, stored.data.metrics, stored.data.tags, table]))
"""


# Its first start makes the tables of its database, one migration after the other.
@pytest.mark.timeout(600)
@with_neighbours
async def test_mlflow_keeps_the_metrics_their_intervals_and_a_table_that_comes_back(
    account: Account, foreign: Path, tracking: str, tmp_path: Path
) -> None:
    run = await asyncio.to_thread(create, account)
    environment = {"EVALSERVE_URL": account.url, "EVALSERVE_API_KEY": account.key}
    # MLflow itself prints where to look.
    *_, printed = (await perform(foreign, LOGGED, tracking, run.id, **environment)).splitlines()
    name, metrics, tags, table = json.loads(printed)
    path = tmp_path / "eval_results_table.json"
    await asyncio.to_thread(path.write_text, json.dumps(table))
    again = await asyncio.to_thread(
        lambda: account.client().evaluate(path, y_true="actual", y_pred="predicted", id="id", slices=["country"])
    )

    assert (name, tags["evalserve.run_id"], tags["evalserve.url"]) == ("v2", run.id, run.url)
    assert metrics == mlflow.metrics_of(run)
    assert metrics["accuracy_ci_low"] < metrics["accuracy"] == 0.5 < metrics["accuracy_ci_high"]
    assert metrics["recall.a_b"] == 0.5
    assert len(table["data"]) == 6
    assert again.matrix == run.matrix


CARDS = """
import json, sys, yaml
from huggingface_hub import ModelCard, parse_eval_result_entries
card = ModelCard(sys.argv[1])
assert card.data.eval_results, "the hub finds no results"
(entry,) = parse_eval_result_entries(yaml.safe_load(sys.argv[2]))
results = [[result.metric_type, result.metric_value, result.dataset_type] for result in card.data.eval_results]
print(json.dumps([card.data.model_name, results, entry.dataset_id, entry.value, entry.source_name]))
"""


# Installing takes as long as the network does.
@pytest.mark.timeout(300)
@with_neighbours
async def test_the_hub_of_hugging_face_reads_the_model_card(account: Account, foreign: Path) -> None:
    run = await asyncio.to_thread(create, account)
    card = cards.hugging_face(run, dataset="acme/pets", task="image-classification")
    entry = cards.eval_results(run, dataset="acme/pets", task_id="default")
    model, results, dataset, value, source = json.loads(await perform(foreign, CARDS, card, entry))

    assert model == HOSTILE
    assert ["accuracy", 0.5, "acme/pets"] in results
    assert len(results) == sum(value is not None for value in run.metrics.values())
    assert (dataset, value, source) == ("acme/pets", 0.5, "evalserve")
    with pytest.raises(evalserve.InputRefused, match="The run has no value for 'f2'"):
        cards.eval_results(run, dataset="acme/pets", task_id="default", metric="f2")


TENSORS = """
import json, evalserve, torch
truth = torch.tensor([0, 1, 2, 1, 0])
logits = torch.tensor([[2.0, 1, 0], [0, 2, 1], [0, 1, 2], [2, 1, 0], [2, 0, 1]], requires_grad=True)
scores = logits.softmax(dim=1)
client = evalserve.Client()
of_each = client.evaluate(y_true=truth, y_pred=scores.argmax(dim=1), y_score=scores, classes=[0, 1, 2])
of_one = client.evaluate(y_true=truth == 1, y_score=scores[:, 1].bfloat16())
table = client.evaluate({"label": truth, "guess": scores.argmax(dim=1)}, y_true="label", y_pred="guess")
print(json.dumps([of_each.matrix, of_each.classes[1]["roc_auc"], of_one.matrix, table.matrix]))
"""


@pytest.mark.timeout(600)
@with_neighbours
async def test_tensors_of_pytorch_are_evaluated(account: Account, with_torch: Path) -> None:
    environment = {"EVALSERVE_URL": account.url, "EVALSERVE_API_KEY": account.key}
    of_each, area, of_one, table = json.loads(await perform(with_torch, TENSORS, **environment))
    logits = np.array([[2.0, 1, 0], [0, 2, 1], [0, 1, 2], [2, 1, 0], [2, 0, 1]])
    scores = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)

    assert of_each == table == [[2, 0, 0], [1, 1, 0], [0, 0, 1]]
    assert area == pytest.approx(roc_auc_score([0, 1, 0, 1, 0], scores[:, 1]))
    assert sum(map(sum, of_one)) == 5


async def test_a_model_card_shows_the_texts_of_users_as_texts(account: Account) -> None:
    card = cards.markdown(await asyncio.to_thread(create, account))

    assert card.splitlines()[0] == r'# model "1" \-\-\- \# \{x\: \[y'
    assert "| accuracy | 0.5000 | 0.1876 to 0.8124 |" in card
    assert r"| actual / predicted | \<i\> | a\|b |" in card


async def test_figures_of_weighted_samples_say_so_wherever_they_go(account: Account) -> None:
    data = {**COLUMNS, "sample_weight": [2.5, 1, 1, 4, 0, 3]}
    run = await asyncio.to_thread(lambda: account.client().evaluate(data, **ROLES, name="v3"))

    card = cards.markdown(run)
    metadata = cards.hugging_face(run, dataset="acme/pets", task="image-classification").split("---")[1]
    (entry,) = json.loads(cards.eval_results(run, dataset="acme/pets", task_id="default"))
    metrics = mlflow.metrics_of(run)
    assert r"Evaluated on 6 samples, weighted by sample\_weight, by evalserve" in card
    assert "| metric | value, weighted | 95 % interval |" in card
    assert "| class | precision, weighted | recall, weighted | F1, weighted | support |" in card
    assert '"name": "accuracy, weighted by sample_weight"' in metadata
    assert entry["notes"].startswith("accuracy, weighted by sample_weight 0.")
    assert metrics["weighted_accuracy"] == run.metrics["accuracy"]
    assert all(name.startswith("weighted_") for name in metrics)


async def test_an_estimator_of_scikit_learn_is_evaluated(account: Account) -> None:
    X, y = load_breast_cancer(return_X_y=True, as_frame=True)  # noqa: N806 -- what scikit-learn calls it
    X["size"] = np.where(X["mean radius"] > 14, "large", "small")
    features = ["mean texture", "mean smoothness"]

    class OfFeatures(LogisticRegression):  # type: ignore[misc]
        def predict(self, X: pd.DataFrame) -> Any:  # noqa: N803 -- the same
            return super().predict(X[features])

        def predict_proba(self, X: pd.DataFrame) -> Any:  # noqa: N803 -- the same
            return super().predict_proba(X[features])

    model = OfFeatures(max_iter=1000).fit(X[features], y)
    margins = LinearSVC().fit(X[features], y)
    of_each = OneVsRestClassifier(LogisticRegression(max_iter=1000))
    labels = np.column_stack([y, X["mean radius"] > 14])
    of_each.fit(X[features], labels)
    with account.client() as client:
        run = await asyncio.to_thread(lambda: evaluate(model, X, y, slices=["size"], client=client, name="cancer"))
        plain = await asyncio.to_thread(lambda: evaluate(margins, X[features], y, client=client))
        both = await asyncio.to_thread(lambda: evaluate(of_each, X[features], labels, client=client))
        slices = await asyncio.to_thread(run.slices, "size")
        errors = await asyncio.to_thread(lambda: run.errors(at_most=1))

    assert run.metrics["accuracy"] == pytest.approx(float(np.mean(model.predict(X) == y)))
    assert run.classes[0]["roc_auc"] == pytest.approx(roc_auc_score(y, model.predict_proba(X)[:, 1]))
    assert (run.data["model_name"], plain.data["model_name"]) == ("OfFeatures", "LinearSVC")
    assert {row["value"] for row in slices} == {"small", "large"}
    expected = f1_score(labels, of_each.predict(X[features]), average="macro")
    assert both.metrics["multilabel.f1.macro"] == pytest.approx(expected)
    assert errors[0]["id"] in set(map(str, X.index))


WANDB = {
    "_type": "table",
    "columns": ["id", "truth", "guess", "country"],
    "column_types": {"params": {"type_map": {}}, "wb_type": "typedDict"},
    "data": [["1", "spam", "spam", "DE"], ["2", "ham", "spam", "FR"]],
    "ncols": 4,
    "nrows": 2,
}


async def test_a_table_file_of_weights_and_biases_is_sent_as_it_is(account: Account, tmp_path: Path) -> None:
    path = tmp_path / "predictions.table.json"
    await asyncio.to_thread(path.write_text, json.dumps(WANDB))
    with account.client() as client:
        run = await asyncio.to_thread(lambda: client.evaluate(path, y_true="truth", y_pred="guess", id="id"))

    assert (run.labels, run.matrix) == (["ham", "spam"], [[0, 1], [0, 1]])


async def test_the_samples_of_a_run_are_a_table_file_that_comes_back(account: Account, tmp_path: Path) -> None:
    run = await asyncio.to_thread(create, account)
    path = tmp_path / "samples.table.json"
    await asyncio.to_thread(lambda: path.write_bytes(EXPORTS["wandb.table.json"](account.client(), run)))
    table = json.loads(await asyncio.to_thread(path.read_text))
    again = await asyncio.to_thread(
        lambda: account.client().evaluate(path, y_true="actual", y_pred="predicted", id="id", slices=["country"])
    )

    assert (table["_type"], table["ncols"], table["nrows"]) == ("table", len(table["columns"]), 6)
    assert {len(row) for row in table["data"]} == {table["ncols"]}
    assert (again.labels, again.matrix) == (run.labels, run.matrix)
