"""A receipt against the files: what is the same, what is not, and what was not looked at."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from evalserve.calls.uploads import digest
from evalserve.errors import InputRefused
from evalserve.verification import differences, of_runs
from evalserve.verification.comparing import Comparator
from evalserve.verification.samples import Samples, load

FORMAT = "evalserve-receipt-1"
# Comparisons of files that do not have one actual and one predicted label of each sample.
_NOT_COMPUTED = {"correctness": "figures of flags", "multilabel": "figures of sets of labels"}

# Whatever a document that only looks like a receipt leads to.
_MALFORMED = (LookupError, TypeError, ValueError, ArithmeticError, AttributeError, AssertionError, StopIteration)


@dataclass(frozen=True)
class Verification:
    """What was found: sentences on what is wrong, how many values are the same, and what was not looked at."""

    wrong: list[str]
    confirmed: int
    unchecked: list[str]
    kind: str = ""
    hashes: list[str] = field(default_factory=list)

    @property
    def passed(self) -> bool:
        """Whether nothing is wrong, and at least a file and a figure were looked at."""
        return not self.wrong and bool(self.confirmed) and bool(self.hashes)

    def __str__(self) -> str:
        lines = [f"WRONG: {sentence}" for sentence in self.wrong]
        lines += [f"Same SHA-256: {name}" for name in self.hashes]
        values, are = ("value", "is") if self.confirmed == 1 else ("values", "are")
        lines.append(f"{self.confirmed:,} {values} of the {self.kind} {are} computed once more and {are} the same.")
        return "\n".join([*lines, *(f"Not checked: {sentence}" for sentence in self.unchecked)])


def verify(receipt: Mapping[str, Any] | Path | str, *files: Path | str) -> Verification:
    """Compute the figures of a receipt once more from the files that it is of, and compare.

    Raises InputRefused where the receipt is none, or a file cannot be read here.
    """
    content = _content(receipt)
    comparator = Comparator()
    comparator.require(
        "The receipt was changed: its SHA-256 is not that of its content.",
        is_right=_digest(content) == content["sha256"],
    )
    try:
        hashes, samples = _samples(content, [Path(file) for file in files], comparator)
        _compare(content, samples, comparator)
    except _MALFORMED as error:
        raise InputRefused(f"The receipt does not have what a receipt has: {error!r}.") from error
    return Verification(comparator.wrong, comparator.confirmed, comparator.unchecked, content["kind"], hashes)


def _content(receipt: Mapping[str, Any] | Path | str) -> dict[str, Any]:
    if isinstance(receipt, Path | str):
        try:
            receipt = json.loads(Path(receipt).read_bytes())
        except ValueError as error:
            raise InputRefused(f"{receipt} is no receipt: it is not JSON.") from error
    if not isinstance(receipt, Mapping) or receipt.get("format") != FORMAT:
        raise InputRefused(f"This is no receipt of the format {FORMAT}.")
    texts = [receipt.get(name) for name in ("kind", "sha256")]
    if not all(isinstance(text, str) for text in texts) or texts[0] not in {"run", "comparison", "check"}:
        raise InputRefused("The receipt does not say what it is of.")
    return dict(receipt)


def _digest(receipt: Mapping[str, Any]) -> str:
    fields = {name: value for name, value in receipt.items() if name != "sha256"}
    text = json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _samples(
    receipt: Mapping[str, Any], files: Sequence[Path], comparator: Comparator
) -> tuple[list[str], dict[str, Samples]]:
    """The names of files whose SHA-256 is in the receipt, and the samples of each side whose files are all there."""
    by_hash = {digest(file): file for file in files}
    known = {one["sha256"] for side in receipt["sides"] for one in side["inputs"]}
    for sha256, file in by_hash.items():
        is_right = sha256 in known
        comparator.require(f"{file.name} is no file of the receipt: its SHA-256 is {sha256}.", is_right=is_right)
    found = {side["role"]: _side(side, by_hash, comparator) for side in receipt["sides"]}
    hashes = [file.name for sha256, file in by_hash.items() if sha256 in known]
    return hashes, {role: samples for role, samples in found.items() if samples is not None}


def _side(side: Mapping[str, Any], by_hash: Mapping[str, Path], comparator: Comparator) -> Samples | None:
    role = side["role"]
    if side["read"] is None:
        comparator.unchecked.append(f"the {role}: {side['reason']}")
        return None
    # Receipts of single labels did not always say so.
    if (of_task := _NOT_COMPUTED.get(str(side["read"].get("task")))) is not None:
        comparator.unchecked.append(f"the {role}: {of_task} are not computed once more")
        return None
    given: dict[str, Path] = {}
    for file in side["inputs"]:
        if file["sha256"] in by_hash:
            given[file["role"]] = by_hash[file["sha256"]]
        else:
            why = "its SHA-256 was not kept" if file["sha256"] is None else "it was not given"
            comparator.unchecked.append(f"the file {file['filename']} of the {role}: {why}")
    if not side["inputs"] or len(given) < len(side["inputs"]):
        return None
    samples = load(side, given["predictions"], given.get("truth"))
    comparator.equal(f"samples of the {role}", side["read"]["rows"], len(samples.truth))
    return samples


def _compare(receipt: Mapping[str, Any], samples: Mapping[str, Samples], comparator: Comparator) -> None:
    if len(samples) < len(receipt["sides"]):
        comparator.unchecked.append("the figures that need these files")
        return
    if receipt["kind"] == "run":
        of_runs.compare(receipt, samples["run"], comparator)
    elif receipt["kind"] == "comparison":
        differences.compare(receipt, samples["baseline"], samples["candidate"], comparator)
    elif "baseline" in samples:
        differences.compare_check(receipt, samples["baseline"], samples["candidate"], comparator)
    else:
        comparator.unchecked.append("the reasons of the check, which had no baseline")
