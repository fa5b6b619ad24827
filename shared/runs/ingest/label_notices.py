"""What is said of labels that look like something else than a class each."""

from collections.abc import Mapping, Sequence

from shared.evaluation.types import Label
from shared.kit.quotes import quoted
from shared.predictions.lookalikes import are_measured, are_numbered_apart, look_alike, several_in_one
from shared.runs.ingest.tally import RowTally
from shared.runs.reading.columns.label_sets import read_set


def look_alike_notices(tally: RowTally, labels: Mapping[str, Label]) -> list[str]:
    """What has to be said of labels that look like no classes, or like one; `labels` are those of the texts."""
    texts = tally.labels.texts
    sides = [
        {labels[texts[code]] for code in {*codes.tolist()} if texts[code] in labels} for codes in tally.counts.fields(2)
    ]
    if are_measured(sides[0], sides[1], tally.rows):
        said = "The labels are numbers as a regression has them, and each was counted as a class of its own"
        return [f"{said}; name the column of scores as such, or write the class that is predicted."]
    actual, predicted = ({label for label in side if not isinstance(label, str)} for side in sides)
    if len(actual) == len(sides[0]) and len(predicted) == len(sides[1]) and are_numbered_apart(actual, predicted):
        titles = (f"{min(side)} to {max(side)}" for side in (actual, predicted))
        said = "The actual labels are {} and the predicted ones {}".format(*titles)
        return [f"{said}; each number was counted as a class of its own. Write equal labels alike."]
    notices = _list_notices([label for side in sides for label in side if isinstance(label, str)])
    if (found := several_in_one({label for side in sides for label in side if isinstance(label, str)})) is not None:
        said = f"Labels such as {quoted(found[0])} look like several in one cell, and each combination was counted as a"
        notices.append(f"{said} class of its own; send `separator` with “{found[1]}” if a sample has several labels.")
    pair = look_alike(*({str(label) for label in side} for side in sides))
    if pair is None:
        return notices
    sides_named = f"The actual label {quoted(pair[0])} and the predicted label {quoted(pair[1])}"
    return [*notices, f"{sides_named} look alike and were counted as different classes; write equal labels alike."]


def _list_notices(labels: Sequence[str]) -> list[str]:
    """Say of lists, of which one holds a label twice or an empty one, why each is a class."""
    others = [label for label in labels if label.startswith("[") and read_set(label, None) is None]
    if not others or any(not label.startswith("[") for label in labels):
        return []
    said = f"Each list of labels was counted as a class of its own, as {quoted(min(others))}"
    return [f"{said} has a label twice or an empty one; write different labels if a sample has several."]
