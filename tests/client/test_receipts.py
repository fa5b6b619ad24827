"""A receipt is verified by the client's own arithmetic, and what was changed in it or in its files is found."""

import asyncio
import copy
import gzip
import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import evalserve
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from evalserve.verification import tables
from evalserve.verification.verifying import Verification

from tests.client.conftest import Account
from tests.client.test_command import evalserve as command

RANDOM = np.random.default_rng(5)
N = 300


def binary(classes: tuple[Any, Any] = ("ham", "spam"), wrong: float = 0.2, seed: int = 1) -> pd.DataFrame:
    """Samples of two classes with one column of scores, of the same truths for every seed."""
    random = np.random.default_rng(seed)
    actual = np.random.default_rng(0).random(N) < 0.4
    predicted = actual ^ (random.random(N) < wrong)
    scores = np.where(predicted, 0.5 + random.random(N) / 2, random.random(N) / 2).round(2)
    scores[predicted] = np.maximum(scores[predicted], 0.5)
    scores[~predicted] = np.minimum(scores[~predicted], 0.49)
    return pd.DataFrame(
        {
            "id": [f"s{at}" for at in range(N)],
            "label": [classes[int(one)] for one in actual],
            "guess": [classes[int(one)] for one in predicted],
            "score": scores,
            "country": ["DE" if at % 3 else "FR" for at in range(N)],
        }
    )


def multiclass() -> pd.DataFrame:
    """Samples of four classes, one of which never occurs in the truth, with a score for each."""
    names, scores = ["a", "b", "c", "d"], RANDOM.dirichlet([1, 1, 1, 1], N).round(4)
    scores[:, 3] = (1 - scores[:, :3].sum(axis=1)).round(4)
    table = pd.DataFrame(scores, columns=[f"p_{name}" for name in names])
    table.insert(0, "label", [names[at] for at in RANDOM.integers(0, 3, N)])
    return table


ROLES: dict[str, Any] = {"y_true": "label", "y_pred": "guess", "id": "id"}
SCORED: dict[str, Any] = {**ROLES, "y_score": "score", "positive": "spam"}


def as_csv(table: pd.DataFrame, path: Path) -> None:
    table.to_csv(path, index=False)


def as_german_csv(table: pd.DataFrame, path: Path) -> None:
    path.write_bytes(b"\xef\xbb\xbf" + table.to_csv(sep=";", decimal=",", index=False).encode())


def as_gzip(table: pd.DataFrame, path: Path) -> None:
    path.write_bytes(gzip.compress(table.to_csv(index=False, sep="\t").encode()))


def as_lines(table: pd.DataFrame, path: Path) -> None:
    table.to_json(path, orient="records", lines=True)


def as_split(table: pd.DataFrame, path: Path) -> None:
    table.to_json(path, orient="split", index=False)


def as_parquet(table: pd.DataFrame, path: Path) -> None:
    table.to_parquet(path, index=False)


def as_columns(table: pd.DataFrame, path: Path) -> None:
    table.to_json(path)


def as_table_schema(table: pd.DataFrame, path: Path) -> None:
    table.to_json(path, orient="table", index=False)


def as_arrow(table: pd.DataFrame, path: Path) -> None:
    batches = pa.Table.from_pandas(table, preserve_index=False)
    with pa.ipc.new_file(path, batches.schema) as file:
        file.write_table(batches)


def as_stream(table: pd.DataFrame, path: Path) -> None:
    batches = pa.Table.from_pandas(table, preserve_index=False)
    with pa.ipc.new_stream(path, batches.schema) as file:
        file.write_table(batches)


def as_zstd(table: pd.DataFrame, path: Path) -> None:
    with pa.CompressedOutputStream(str(path), "zstd") as file:
        file.write(table.to_csv(index=False).encode())


def as_npz(table: pd.DataFrame, path: Path) -> None:
    arrays = {str(name): column.to_numpy() for name, column in table.items()}
    with path.open("wb") as file:
        np.savez(file, **{name: one.astype(str) if one.dtype.kind in "OU" else one for name, one in arrays.items()})


def as_single(table: pd.DataFrame, path: Path) -> None:
    """Scores of 32 bits, as most models have them."""
    table.astype({name: "float32" for name, kind in table.dtypes.items() if kind == "float64"}).to_parquet(path)


def evaluated(account: Account, path: Path, **roles: Any) -> tuple[evalserve.Run, dict[str, Any]]:
    with account.client() as client:
        run = client.evaluate(path, **roles)
        return run, run.receipt()


@pytest.mark.parametrize(
    "write",
    [
        as_csv,
        as_german_csv,
        as_gzip,
        as_zstd,
        as_lines,
        as_split,
        as_columns,
        as_table_schema,
        as_parquet,
        as_single,
        as_arrow,
        as_stream,
        as_npz,
    ],
)
@pytest.mark.parametrize(
    ("table", "roles"),
    [
        (binary(), SCORED),
        (binary((0, 1)), {**ROLES, "y_score": "score", "positive": "1"}),
        (binary(), {"y_true": "label", "y_score": "score", "id": "id", "positive": "spam"}),
        (multiclass(), {"y_true": "label", "y_score": {name: f"p_{name}" for name in "abcd"}}),
    ],
    ids=["binary", "numbers", "threshold", "argmax"],
)
async def test_every_format_gives_the_figures_of_the_receipt(
    account: Account, tmp_path: Path, write: Callable[..., None], table: pd.DataFrame, roles: dict[str, Any]
) -> None:
    path = tmp_path / "data.any"
    write(table, path)
    run, receipt = await asyncio.to_thread(lambda: evaluated(account, path, **roles))

    found = evalserve.verify(receipt, path)

    assert (found.wrong, found.hashes, found.passed) == ([], ["data.any"], True)
    # The matrix, 16 metrics of all classes, five of each, and Wilson's bounds of proportions.
    assert found.confirmed >= 1 + 1 + 16 + 5 * len(run.labels) + 2 * 7
    assert all("by the method" in sentence for sentence in found.unchecked), found.unchecked


async def test_figures_of_scores_that_were_divided_by_their_sum_are_verified(account: Account, tmp_path: Path) -> None:
    table, path = multiclass(), tmp_path / "votes.csv"
    scores = [f"p_{name}" for name in "abcd"]
    table[scores] = (table[scores].mul(np.arange(1, N + 1), axis=0) + 0.5).round(2)
    as_csv(table, path)
    columns = {"normalise": True, "scores": {name[-1]: name for name in scores}}
    _, receipt = await asyncio.to_thread(lambda: evaluated(account, path, y_true="label", columns=columns))
    forged = copy.deepcopy(receipt)
    forged["sides"][0]["read"]["normalised"] = False

    found, other = evalserve.verify(receipt, path), evalserve.verify(resealed(forged), path)

    assert (found.wrong, found.passed) == ([], True)
    assert {sentence.split(":")[0].split(" of ")[0] for sentence in other.wrong} == {"roc_auc.class"}


def weighted(table: pd.DataFrame, spread: float = 3.0) -> pd.DataFrame:
    """The same samples with weights of many sizes, some of them 0."""
    weights = np.random.default_rng(4).lognormal(0, spread, N).round(6)
    return table.assign(sample_weight=np.where(np.arange(N) % 7, weights, 0.0))


@pytest.mark.parametrize("write", [as_csv, as_german_csv, as_parquet])
@pytest.mark.parametrize(
    ("table", "roles"),
    [(binary(), SCORED), (multiclass(), {"y_true": "label", "y_score": {name: f"p_{name}" for name in "abcd"}})],
    ids=["binary", "argmax"],
)
async def test_weighted_figures_are_verified_and_their_sums_to_the_last_bit(
    account: Account, tmp_path: Path, write: Callable[..., None], table: pd.DataFrame, roles: dict[str, Any]
) -> None:
    path = tmp_path / "data.any"
    write(weighted(table), path)
    run, receipt = await asyncio.to_thread(lambda: evaluated(account, path, **roles))
    figures = receipt["result"]["figures"]

    found = evalserve.verify(receipt, path)
    forged = copy.deepcopy(receipt)
    matrix = forged["result"]["confusion_matrix"]
    matrix[0][0] = float(np.nextafter(matrix[0][0], np.inf))
    others = []
    for at, figure in enumerate(figures):
        if figure["method"] == "weighted-wilson":
            others.append(copy.deepcopy(receipt))
            others[-1]["result"]["figures"][at]["low"] += 1e-6

    assert receipt["sides"][0]["read"]["weighted_by"] == "sample_weight"
    assert (found.wrong, found.passed) == ([], True)
    # Two matrices, 16 metrics of all classes, five of each, and Wilson's bounds of proportions.
    assert found.confirmed >= 1 + 2 + 16 + 5 * len(run.labels) + 2 * 7
    assert all("by the method" in sentence for sentence in found.unchecked), found.unchecked
    assert evalserve.verify(resealed(forged), path).wrong[0].startswith("confusion matrix of weights: ")
    assert len(others) > 2 * len(run.labels)
    assert all(len(evalserve.verify(resealed(other), path).wrong) == 1 for other in others)


async def test_a_comparison_of_weighted_samples_is_verified_from_both_files(account: Account, tmp_path: Path) -> None:
    paths = [tmp_path / "v1.csv", tmp_path / "v2.csv"]
    as_csv(weighted(binary(wrong=0.3), 0.7), paths[0])
    as_csv(weighted(binary(wrong=0.1, seed=2), 0.7).sample(frac=1, random_state=1), paths[1])
    metrics = ["accuracy", "error_rate", "recall.class", "f1.macro", "roc_auc.class", "kappa"]

    def converse() -> dict[str, Any]:
        with account.client() as client:
            baseline, candidate = [client.evaluate(path, **SCORED, slices=["country"]) for path in paths]
            return candidate.compare(baseline, metrics=metrics, margin=0.02, slices=["country"]).receipt()

    receipt = await asyncio.to_thread(converse)
    found = evalserve.verify(receipt, *paths)
    forged = copy.deepcopy(receipt)
    forged["result"]["differences"][0]["low"] += 1e-6

    rows = receipt["result"]["differences"]
    assert (found.wrong, found.passed, receipt["result"]["weighted_by"]) == ([], True, "sample_weight")
    # Both values and the difference of each, and the bounds of proportions.
    assert found.confirmed > 3 * len(rows) + 2 * sum(row["method"] == "weighted-newcombe" for row in rows)
    assert sum(row["method"] == "weighted-newcombe" for row in rows) == 1 + 1 + 2 + 2
    (sentence,) = evalserve.verify(resealed(forged), *paths).wrong
    assert sentence.startswith("lower bound of accuracy: ")


async def test_of_a_comparison_by_groups_values_are_verified_and_tests_said_to_be_unchecked(
    account: Account, tmp_path: Path
) -> None:
    paths = [tmp_path / "v1.csv", tmp_path / "v2.csv"]
    for path, (wrong, seed) in zip(paths, ((0.3, 1), (0.1, 2)), strict=True):
        as_csv(binary(wrong=wrong, seed=seed).assign(patient=[f"p{at // 6}" for at in range(N)]), path)

    def converse() -> tuple[str, dict[str, Any]]:
        with account.client() as client:
            baseline, candidate = [client.evaluate(path, **SCORED, slices=["patient"]) for path in paths]
            made = candidate.compare(baseline, metrics=["accuracy", "recall.class"], margin=0.02, group="patient")
            return made.summary, made.receipt()

    summary, receipt = await asyncio.to_thread(converse)
    found = evalserve.verify(receipt, *paths)
    forged = copy.deepcopy(receipt)
    forged["result"]["differences"][0]["candidate"] -= 1e-3

    assert (found.wrong, found.passed, receipt["protocol"]["group"]) == ([], True, "patient")
    assert "on 300 samples by “patient”, 50 groups" in summary
    assert found.unchecked[:3] == [
        f"the interval and P-value of {name}, by groups"
        for name in ("accuracy", "recall.class of 'ham'", "recall.class of 'spam'")
    ]
    assert evalserve.verify(resealed(forged), *paths).wrong[0].startswith("accuracy of the candidate: ")


async def test_a_changed_file_or_receipt_fails_and_says_what_is_wrong(account: Account, tmp_path: Path) -> None:
    path, changed = tmp_path / "data.csv", tmp_path / "changed.csv"
    as_csv(binary(), path)
    _, receipt = await asyncio.to_thread(lambda: evaluated(account, path, **SCORED))
    changed.write_bytes(path.read_bytes().replace(b"s7,ham", b"s7,spam", 1).replace(b"s8,ham", b"s8,spam", 1))

    of_other_file = evalserve.verify(receipt, changed)
    touched = copy.deepcopy(receipt)
    touched["result"]["figures"][0]["value"] += 0.001
    of_touched = evalserve.verify(touched, path)

    sha256 = hashlib.sha256(changed.read_bytes()).hexdigest()
    assert of_other_file.wrong == [f"changed.csv is no file of the receipt: its SHA-256 is {sha256}."]
    assert not of_other_file.passed
    assert of_touched.wrong[0] == "The receipt was changed: its SHA-256 is not that of its content."
    assert of_touched.wrong[1].startswith("accuracy: the receipt says ")


def resealed(receipt: dict[str, Any]) -> dict[str, Any]:
    """The receipt with the SHA-256 of what it says now, as a forger would make it."""
    fields = {name: value for name, value in receipt.items() if name != "sha256"}
    text = json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return fields | {"sha256": hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()}


async def test_whatever_figure_a_forger_changes_and_seals_again_is_found(account: Account, tmp_path: Path) -> None:
    path = tmp_path / "data.csv"
    as_csv(binary(), path)
    _, receipt = await asyncio.to_thread(lambda: evaluated(account, path, **SCORED))
    figures, forged = receipt["result"]["figures"], []
    for at, figure in enumerate(figures):
        fields = ["value", *(["low", "high"] if figure["method"] == "wilson" else [])]
        forged += [(at, field) for field in fields if figure[field] is not None]

    for at, field in forged:
        other = copy.deepcopy(receipt)
        other["result"]["figures"][at][field] += 1e-6
        (sentence,) = evalserve.verify(resealed(other), path).wrong
        assert figures[at]["metric"] in sentence
    other = copy.deepcopy(receipt)
    other["result"]["confusion_matrix"][0][0] += 1

    assert len(forged) >= 50
    assert evalserve.verify(resealed(other), path).wrong[0].startswith("confusion matrix: ")


async def test_a_comparison_and_its_verdict_are_verified_from_both_files(account: Account, tmp_path: Path) -> None:
    paths = [tmp_path / "v1.csv", tmp_path / "v2.csv"]
    as_csv(binary(wrong=0.3), paths[0])
    # In another order of rows: samples are paired by id.
    as_csv(binary(wrong=0.1, seed=2).sample(frac=1, random_state=1), paths[1])
    metrics = ["accuracy", "error_rate", "recall.class", "f1.macro", "mcc", "f2.class", "roc_auc.class", "kappa"]

    def converse() -> dict[str, Any]:
        with account.client() as client:
            baseline, candidate = [client.evaluate(path, **SCORED, slices=["country"]) for path in paths]
            return candidate.compare(baseline, metrics=metrics, margin=0.02, slices=["country"]).receipt()

    receipt = await asyncio.to_thread(converse)
    found = evalserve.verify(receipt, *paths)
    alone = evalserve.verify(receipt, paths[0])
    forged = copy.deepcopy(receipt)
    forged["result"]["verdict"] = forged["result"]["differences"][0]["verdict"] = "worse"
    turned = copy.deepcopy(receipt)
    turned["result"]["differences"][0]["p_value"] *= 1.001

    assert (found.wrong, found.passed, found.hashes) == ([], True, ["v1.csv", "v2.csv"])
    assert receipt["result"]["verdict"] == "better"
    assert found.unchecked[-1] == "detectable differences, numbers of samples needed, and the flips by class and slice"
    assert (alone.wrong, alone.unchecked) == (
        [],
        ["the file v2.csv of the candidate: it was not given", "the figures that need these files"],
    )
    assert evalserve.verify(resealed(forged), *paths).wrong == [
        "verdict on accuracy: the receipt says 'worse', and the files say 'better'."
    ]
    assert any("P-value of accuracy: " in sentence for sentence in evalserve.verify(resealed(turned), *paths).wrong)


@pytest.mark.parametrize(
    ("task", "said"), [("correctness", "figures of flags"), ("multilabel", "figures of sets of labels")]
)
async def test_what_is_no_single_label_is_said_to_be_unchecked(
    account: Account, tmp_path: Path, task: str, said: str
) -> None:
    path = tmp_path / "v1.csv"
    as_csv(binary(), path)
    _, receipt = await asyncio.to_thread(lambda: evaluated(account, path, **SCORED))
    receipt["sides"][0]["read"]["task"] = task

    found = evalserve.verify(resealed(receipt), path)

    assert (found.wrong, found.passed) == ([], False)
    assert found.unchecked == [f"the run: {said} are not computed once more", "the figures that need these files"]


async def test_a_check_of_a_gate_is_verified_from_both_files(account: Account, tmp_path: Path) -> None:
    paths = [tmp_path / "v1.csv", tmp_path / "v2.csv"]
    as_csv(binary(wrong=0.1), paths[0])
    as_csv(binary(wrong=0.3, seed=2).iloc[:290], paths[1])

    def converse() -> dict[str, Any]:
        with account.client() as client:
            baseline, candidate = [client.evaluate(path, **SCORED) for path in paths]
            policy = {
                "name": "release",
                "baseline": {"run_id": baseline.id},
                "metrics": [{"metric": "accuracy", "margin": 0.01}, {"metric": "recall.class"}, {"metric": "f1.macro"}],
                "removed_samples": "warn",
            }
            return client.check(candidate, policy).receipt()

    receipt = await asyncio.to_thread(converse)
    found = evalserve.verify(receipt, *paths)
    forged = copy.deepcopy(receipt)
    forged["result"]["verdict"] = "pass"

    assert (receipt["result"]["verdict"], receipt["result"]["samples"]) == ("fail", 290)
    assert (found.wrong, found.passed) == ([], True)
    assert found.confirmed >= 20
    assert evalserve.verify(resealed(forged), *paths).wrong == [
        "verdict: the receipt says 'pass', and the files say 'fail'."
    ]


async def test_predictions_are_joined_with_the_file_of_their_truths(account: Account, tmp_path: Path) -> None:
    paths = [tmp_path / "guesses.csv", tmp_path / "truth.csv"]
    table = binary()
    as_csv(table[["id", "guess"]].sample(frac=1, random_state=3), paths[0])
    as_csv(table[["id", "label", "country"]].rename(columns={"label": "y_true"}), paths[1])

    def converse() -> dict[str, Any]:
        with account.client() as client:
            guesses, truth = [client.upload(path) for path in paths]
            body = {"upload_id": guesses, "truth_upload_id": truth}
            run = client.send("POST", "/v1/runs", json=body)
            return client.get(run["id"]).receipt()

    receipt = await asyncio.to_thread(converse)

    found = evalserve.verify(receipt, *paths)

    assert (found.wrong, found.hashes, found.passed) == ([], ["guesses.csv", "truth.csv"], True)
    assert evalserve.verify(receipt, paths[0]).unchecked[0] == "the file truth.csv of the run: it was not given"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "it is not JSON"),
        ("[]", "no receipt of the format"),
        ('{"format": "evalserve-receipt-1"}', "does not say what it is of"),
        ('{"format": "evalserve-receipt-1", "kind": [], "sha256": "x"}', "does not say what it is of"),
        ('{"format": "evalserve-receipt-1", "kind": "run", "sha256": ""}', "does not have what a receipt has"),
        ('{"format": "evalserve-receipt-1", "kind": "run", "sha256": "", "sides": [1]}', "does not have what"),
        ('{"format": "evalserve-receipt-1", "kind": "run", "sha256": "", "sides": []}', "does not have what"),
    ],
)
def test_what_is_no_receipt_is_refused(tmp_path: Path, text: str, sentence: str) -> None:
    path, data = tmp_path / "receipt.json", tmp_path / "data.csv"
    path.write_text(text)
    data.write_text("a\n1\n")

    with pytest.raises(evalserve.InputRefused, match=sentence):
        evalserve.verify(path, data)


async def test_the_command_says_by_its_exit_code_what_it_found(account: Account, tmp_path: Path) -> None:
    await command("login", account.url, "--api-key", account.key)
    data, receipt, other = tmp_path / "data.csv", tmp_path / "receipt.json", tmp_path / "other.csv"
    as_csv(binary(), data)
    other.write_text("a\n1\n")
    for name in ("v0", "v1"):
        await command("push", str(data), "--name", name, "--y-true", "label", "--y-pred", "guess", "--id", "id")
    written = await command("export", "v1", "--format", "receipt", "-o", str(receipt))
    compared = await command("compare", "v1", "v0", "--receipt", str(tmp_path / "comparison.json"))
    reports = [
        await command("report", "v1", *arguments, "-o", str(tmp_path / "report.html"))
        for arguments in ((), ("--against", "v0"))
    ]
    # Without a service and without a key.
    (tmp_path / "config/evalserve/login.json").unlink()
    done = [
        await command("verify", str(receipt), *arguments)
        for arguments in ((str(data),), (str(data), "--strict"), (str(data), "--json"), (str(other),), ())
    ]
    broken = await command("verify", str(other), str(data))
    of_both = await command("verify", str(tmp_path / "comparison.json"), str(data))

    assert (written.returncode, compared.returncode) == (0, 0), written.stderr + compared.stderr
    assert [each.returncode for each in done] == [0, 3, 0, 1, 2]
    assert done[0].stdout.splitlines()[0] == "Same SHA-256: data.csv"
    assert json.loads(done[2].stdout)["passed"] is True
    assert done[3].stdout.startswith("WRONG: other.csv is no file of the receipt: its SHA-256 is ")
    assert (broken.returncode, broken.stderr) == (5, f"Error: {other} is no receipt: it is not JSON.\n")
    assert of_both.returncode == 0, of_both.stdout
    assert [each.returncode for each in reports] == [0, 0]
    assert '<p class="kicker">Report of a comparison</p>' in (tmp_path / "report.html").read_text()


HOSTILE: list[Any] = [None, "", "x", -1, 0, 1e308, True, [], {}, [None], {"a": 1}, "\ud800"]


def leaves(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The places of a document, inner ones too."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for name, part in inner for place in leaves(part, (*path, name)))]


async def test_a_receipt_of_anything_is_refused_or_found_wrong_and_never_breaks(
    account: Account, tmp_path: Path
) -> None:
    paths = [tmp_path / "v1.csv", tmp_path / "v2.csv"]
    for at, path in enumerate(paths):
        as_csv(binary(wrong=0.1 + at / 10, seed=at).iloc[:40], path)

    def converse() -> list[dict[str, Any]]:
        with account.client() as client:
            baseline, candidate = [client.evaluate(path, **SCORED, slices=["country"]) for path in paths]
            compared = candidate.compare(
                baseline, metrics=["accuracy", "f1.class", "roc_auc.class"], slices=["country"]
            )
            return [baseline.receipt(), compared.receipt(), client.check(candidate, {
                "name": "release", "baseline": {"run_id": baseline.id}, "metrics": [{"metric": "recall.class"}],
            }).receipt()]  # fmt: skip

    receipts = await asyncio.to_thread(converse)
    random, outcomes = np.random.default_rng(3), {"refused": 0, "wrong": 0, "passed": 0}
    for receipt, files in zip(receipts, (paths[:1], paths, paths), strict=True):
        assert evalserve.verify(receipt, *files).wrong == []
        places = [place for place in leaves(receipt) if place]
        for number in random.permutation(len(places))[:150].tolist():
            *path, last = places[number]
            touched = copy.deepcopy(receipt)
            parent: Any = touched
            for name in path:
                parent = parent[name]
            parent[last] = HOSTILE[int(random.integers(len(HOSTILE)))]
            try:
                found = evalserve.verify(touched if last == "sha256" else resealed(touched), *files)
            except evalserve.InputRefused:
                outcomes["refused"] += 1
            else:
                outcomes["wrong" if found.wrong else "passed"] += 1

    assert min(outcomes.values()) > 20, outcomes


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"\x28\xb5\x2f\xfd and no more", "data.any is packed, and cut off or damaged."),
        (gzip.compress(b"a,b\n1,2\n", mtime=0)[:-9], "data.any is packed, and cut off or damaged."),
        (b"\xff\xff\xff\xff and no more", "data.any is cut off or damaged."),
        (b"PK and no more", "data.any is a zip archive that is cut off or damaged."),
        (b'{"a": {"0": 1}, "b": {"1": 1}}', "data.any has other rows in the column 'b' than in the first."),
    ],
)
def test_a_damaged_file_is_named(tmp_path: Path, content: bytes, sentence: str) -> None:
    path = tmp_path / "data.any"
    path.write_bytes(content)

    with pytest.raises(evalserve.InputRefused) as refused:
        tables.read(path, ["a", "b"])

    assert str(refused.value) == sentence


def test_rows_by_name_are_read_in_the_order_of_the_first_column(tmp_path: Path) -> None:
    path = tmp_path / "data.json"
    path.write_text('{"a": {"0": 1, "1": null, "2": "x "}, "b": {"2": 0.5, "0": true, "1": NaN}}')

    assert tables.read(path, ["a", "b"]) == {"a": ["1", "", "x"], "b": ["true", "", "0.5"]}


def test_one_value_is_said_in_the_singular() -> None:
    one, two = (str(Verification([], count, [], "run")) for count in (1, 2))

    assert one == "1 value of the run is computed once more and is the same."
    assert two == "2 values of the run are computed once more and are the same."
