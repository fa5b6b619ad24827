"""The differences of a comparison or a check, computed once more from the samples of both."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from evalserve.errors import InputRefused
from evalserve.verification import figures, paired
from evalserve.verification.comparing import Comparator
from evalserve.verification.of_runs import area_of
from evalserve.verification.paired import Pairs
from evalserve.verification.samples import Samples

_OF_PAIRS = {"accuracy", "error_rate", "recall.class"}
_LOWER_IS_BETTER = {"error_rate"}
# The tails of a binomial are sums of many terms.
_TAIL = 1e-6


class Both:
    """The samples that both have, in the order of the baseline, with the classes of both together."""

    def __init__(self, baseline: Samples, candidate: Samples) -> None:
        order = _order(baseline, candidate)
        texts = list(dict.fromkeys(map(_key, [*baseline.classes, *candidate.classes])))
        self.texts = texts
        self.baseline = _taken(baseline, [row for row, _ in order], texts)
        self.candidate = _taken(candidate, [row for _, row in order], texts)
        if self.baseline.truth != self.candidate.truth:
            raise InputRefused("The two files have different actual labels for the same samples.")
        if self.baseline.weights != self.candidate.weights:
            raise InputRefused("The two files have different weights for the same samples.")

    def rows(self, difference: Mapping[str, Any]) -> list[int]:
        """Return the samples that a difference is of: those of a slice, or of a class for its recall."""
        rows = list(range(len(self.baseline.truth)))
        if difference["slice"] is not None:
            column = self.baseline.columns[difference["slice"]["column"]]
            rows = [row for row in rows if column[row] == difference["slice"]["value"]]
        if difference["metric"] == "recall.class":
            at = self.position(difference)
            rows = [row for row in rows if self.baseline.truth[row] == at]
        return rows

    def position(self, difference: Mapping[str, Any]) -> int | None:
        """Return the position of the class that a difference is of."""
        return None if difference["label"] is None else self.texts.index(_key(difference["label"]))

    def pairs(self, rows: Sequence[int]) -> Pairs:
        """Count what both have right."""
        truth, first, second = self.baseline.truth, self.baseline.predicted, self.candidate.predicted
        return paired.count([(first[row] == truth[row], second[row] == truth[row]) for row in rows])

    def effective_pairs(self, rows: Sequence[int]) -> Pairs:
        """Return the same as numbers of independent samples, with the variance that the weights leave."""
        weights = self.baseline.weights
        if weights is None:
            return self.pairs(rows)
        truth, first, second = self.baseline.truth, self.baseline.predicted, self.candidate.predicted
        right = [(first[row] == truth[row], second[row] == truth[row]) for row in rows]
        return paired.effective(right, [weights[row] for row in rows])

    def values(self, difference: Mapping[str, Any]) -> list[float | None]:
        """Return a metric of the baseline and of the candidate."""
        at, rows = self.position(difference), self.rows(difference)
        if difference["metric"] == "roc_auc.class":
            return [area_of(side, at) for side in (self.baseline, self.candidate)]
        return [figures.value(difference["metric"], side.counts(rows), at) for side in (self.baseline, self.candidate)]


def compare(receipt: Mapping[str, Any], baseline: Samples, candidate: Samples, comparator: Comparator) -> None:
    """Compare every difference of a comparison, its counts and its verdicts."""
    both, result, protocol = Both(baseline, candidate), receipt["result"], receipt["protocol"]
    comparator.equal("samples", result["samples"], len(both.baseline.truth))
    _compare_flips(result["flips"], both, comparator)
    rows = result["differences"]
    adjusted = paired.holm([row["p_value"] for row in rows])
    skipped: Counter[str] = Counter()
    for row, p_adjusted in zip(rows, adjusted, strict=True):
        name = name_of(row)
        _compare_values(row, name, both, comparator)
        if row["metric"] in _OF_PAIRS:
            _compare_pairs(row, name, both, protocol["alpha"], comparator)
        elif row["low"] is not None:
            skipped[row["method"]] += 1
        comparator.equal(f"adjusted P-value of {name}", row["p_adjusted"], p_adjusted)
        comparator.equal(f"verdict on {name}", row["verdict"], _verdict(row, p_adjusted, protocol))
    comparator.equal("verdict", result["verdict"], rows[0]["verdict"])
    comparator.unchecked += [f"{count} intervals and P-values by the method {name}" for name, count in skipped.items()]
    if protocol["margin"] is not None:
        comparator.unchecked.append("the P-values of lying within the margin")
    comparator.unchecked.append("detectable differences, numbers of samples needed, and the flips by class and slice")


def compare_check(receipt: Mapping[str, Any], baseline: Samples, candidate: Samples, comparator: Comparator) -> None:
    """Compare the differences that a check tested, and its verdict with its reasons."""
    both, result = Both(baseline, candidate), receipt["result"]
    if result["samples"]:
        comparator.equal("samples", result["samples"], len(both.baseline.truth))
    for reason in result["reasons"]:
        row = reason["test"]
        if row is None:
            comparator.unchecked.append(reason["text"])
        elif row["baseline"] is not None or row["candidate"] is not None:
            _compare_values(row, name_of(row), both, comparator)
            if row["metric"] in _OF_PAIRS and row["low"] is not None:
                _bounds(row, name_of(row), both, 2 * receipt["protocol"]["alpha"], comparator)
    worst = {"pass": 0, "warn": 1, "fail": 2}
    found = max((reason["outcome"] for reason in result["reasons"]), key=worst.__getitem__, default="fail")
    comparator.equal("verdict", result["verdict"], found)
    comparator.unchecked.append("the P-values of the gate's rule")


def name_of(row: Mapping[str, Any]) -> str:
    """Return the metric of a difference, with its class and slice."""
    said = row["metric"] if row["label"] is None else f"{row['metric']} of {row['label']!r}"
    return said if row["slice"] is None else f"{said} where {row['slice']['column']} is {row['slice']['value']!r}"


def _compare_values(row: Mapping[str, Any], name: str, both: Both, comparator: Comparator) -> None:
    if row["metric"] != "roc_auc.class" and not figures.is_known(row["metric"]):
        comparator.unchecked.append(name)
        return
    if row["metric"] == "roc_auc.class" and row["baseline"] is None:
        return
    baseline, candidate = both.values(row)
    comparator.equal(f"{name} of the baseline", row["baseline"], baseline)
    comparator.equal(f"{name} of the candidate", row["candidate"], candidate)
    if row["difference"] is not None and baseline is not None and candidate is not None:
        comparator.equal(f"difference of {name}", row["difference"], candidate - baseline)


def _compare_pairs(row: Mapping[str, Any], name: str, both: Both, alpha: float, comparator: Comparator) -> None:
    pairs = both.pairs(both.rows(row))
    comparator.equal(f"discordant samples of {name}", row["discordant"], pairs.baseline_only + pairs.candidate_only)
    if row["method"] == "clustered-newcombe":
        comparator.unchecked.append(f"the interval and P-value of {name}, by groups")
        return
    if both.baseline.weights is not None and row["p_value"] is not None:
        comparator.unchecked.append(f"the P-value of {name}, by signs of chance")
    elif row["p_value"] is not None:
        mid, exact = paired.mcnemar(pairs)
        comparator.equal(f"P-value of {name}", row["p_value"], mid, _TAIL)
        comparator.equal(f"exact P-value of {name}", row["p_exact"], exact, _TAIL)
    if row["low"] is not None:
        _bounds(row, name, both, alpha, comparator)


def _bounds(row: Mapping[str, Any], name: str, both: Both, alpha: float, comparator: Comparator) -> None:
    pairs = both.effective_pairs(both.rows(row))
    if row["metric"] == "error_rate":
        pairs = Pairs(pairs.neither, pairs.candidate_only, pairs.baseline_only, pairs.both)
    low, high = paired.newcombe(pairs, alpha)
    comparator.equal(f"lower bound of {name}", row["low"], low)
    comparator.equal(f"upper bound of {name}", row["high"], high)


def _compare_flips(flips: Mapping[str, Any], both: Both, comparator: Comparator) -> None:
    pairs = both.pairs(range(len(both.baseline.truth)))
    for name, found in (
        ("fixed", pairs.candidate_only),
        ("broken", pairs.baseline_only),
        ("both_wrong", pairs.neither),
    ):
        comparator.equal(name.replace("_", " "), flips[name], found)


def _verdict(row: Mapping[str, Any], p_adjusted: float | None, protocol: Mapping[str, Any]) -> str:
    difference = row["difference"]
    better = None if difference is None else -difference if row["metric"] in _LOWER_IS_BETTER else difference
    # Where nothing differs there is no test, and nothing that could show a difference.
    is_alike = difference == 0 and row["p_value"] is None and (row["reason"] or "").endswith("nothing to test")
    return paired.verdict(dict(row), better, 1.0 if is_alike else p_adjusted, dict(protocol))


def _order(baseline: Samples, candidate: Samples) -> list[tuple[int, int]]:
    if baseline.ids is None or candidate.ids is None:
        if len(baseline.truth) != len(candidate.truth):
            raise InputRefused("The files have different numbers of samples, and no ids to pair them by.")
        return [(row, row) for row in range(len(baseline.truth))]
    row_of = {sample_id: row for row, sample_id in enumerate(candidate.ids)}
    return [(row, row_of[sample_id]) for row, sample_id in enumerate(baseline.ids) if sample_id in row_of]


def _taken(side: Samples, rows: Sequence[int], texts: Sequence[str]) -> Samples:
    """These samples of a side, with the classes of both."""
    at = [texts.index(_key(label)) for label in side.classes]
    return Samples(
        list(texts),
        [at[side.truth[row]] for row in rows],
        [at[side.predicted[row]] for row in rows],
        None,
        {at[position]: [values[row] for row in rows] for position, values in side.scores.items()},
        {name: [cells[row] for row in rows] for name, cells in side.columns.items()},
        None if side.weights is None else [side.weights[row] for row in rows],
    )


def _key(label: Any) -> str:
    return str(int(label)) if isinstance(label, float) and label.is_integer() else str(label)
