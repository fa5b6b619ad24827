"""True and false as labels."""

from collections.abc import Sequence

from shared.evaluation.inputs.errors import InvalidLabel
from shared.evaluation.types import Label


def flags_as_texts(labels: Sequence[Label | bool], name: str) -> Sequence[Label]:
    """Return true and false as the labels "True" and "False", which files have for them; other labels as they are.

    Raises InvalidLabel where only some are true or false.
    """
    if not any(isinstance(label, bool) for label in labels):
        return labels
    other = next((index for index, label in enumerate(labels) if not isinstance(label, bool)), None)
    if other is not None:
        fault = "is neither true nor false, and other labels are; send labels of one kind"
        raise InvalidLabel(fault, vector=name, index=other)
    return [str(label) for label in labels]
