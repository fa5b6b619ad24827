"""A column that says which samples a model was trained on, beside those that it is judged by."""

from collections.abc import Collection

_TRAINING = frozenset({"train", "training", "trn"})
_OTHERS = frozenset({"test", "testing", "val", "valid", "validation", "dev", "eval", "holdout", "hold-out"})


def training_values(values: Collection[str]) -> set[str]:
    """Return the values of a column that mean training, if it has others and all of these mean validation or a test."""
    plain = {value: value.strip().casefold() for value in values}
    own = {value for value, word in plain.items() if word in _TRAINING}
    return own if own and {*plain.values()} - _TRAINING and {*plain.values()} <= _TRAINING | _OTHERS else set()
