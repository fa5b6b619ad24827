"""Suspected label errors are those of a hand-worked example, and bounds of the accuracy hold all that may be."""

from itertools import product

import numpy as np
import pytest

from shared.evaluation.label_errors.confident_learning import accuracy_bounds, suspected_errors


def test_a_hand_worked_example() -> None:
    labels = np.array([0, 0, 0, 0, 1, 1, 1, 1])
    first = np.array([0.9, 0.8, 0.55, 0.15, 0.1, 0.3, 0.45, 0.95])

    found = suspected_errors(labels, np.column_stack([first, 1 - first]))

    # Means of the own labels: (0.9 + 0.8 + 0.55 + 0.15) / 4, and (0.9 + 0.7 + 0.55 + 0.05) / 4. Sample 3 reaches the
    # second with 0.85 and sample 7 the first with 0.95; sample 6 stays, though 0.45 is below a half of the rest.
    assert found.thresholds == pytest.approx([0.6, 0.55], abs=1e-12)
    assert found.rows.tolist() == [7, 3]
    assert found.suggested.tolist() == [0, 1]
    assert found.label_probability == pytest.approx([0.05, 0.15], abs=1e-12)


def test_of_several_confident_classes_the_most_probable_is_suggested() -> None:
    labels = np.array([0, 1, 2, 0])
    probabilities = np.array([[0.9, 0.05, 0.05], [0.3, 0.4, 0.3], [0.3, 0.35, 0.35], [0.1, 0.41, 0.49]])

    found = suspected_errors(labels, probabilities)

    assert found.thresholds == pytest.approx([0.5, 0.4, 0.35], abs=1e-12)
    assert (found.rows.tolist(), found.suggested.tolist()) == ([3], [2])


def test_labels_that_the_model_finds_most_probable_are_not_suspected() -> None:
    labels = np.array([0, 0, 1, 1])
    first = np.array([0.99, 0.6, 0.45, 0.48])

    # Sample 1 reaches the mean of neither, sample 0 its own; those of class 1 stay below that of class 0.
    assert suspected_errors(labels, np.column_stack([first, 1 - first])).rows.tolist() == []


def test_a_class_without_samples_is_never_suggested() -> None:
    labels = np.array([0, 0, 1, 1])
    probabilities = np.array([[0.6, 0.3, 0.1], [0.5, 0.4, 0.1], [0.2, 0.7, 0.1], [0.05, 0.05, 0.9]])

    found = suspected_errors(labels, probabilities)

    assert np.isnan(found.thresholds).tolist() == [False, False, True]
    assert found.rows.tolist() == []


def test_bounds_are_the_lowest_and_highest_of_all_other_labels() -> None:
    labels, predicted, doubted = np.array([0, 1, 2, 1, 0]), np.array([0, 1, 1, 2, 0]), np.array([1, 2])

    found = accuracy_bounds(labels == predicted, doubted)

    possible = []
    for others in product(range(3), repeat=2):
        changed = labels.copy()
        changed[doubted] = others
        possible.append((changed == predicted).mean())
    assert (found.value, found.low, found.high) == (0.6, min(possible), max(possible))
