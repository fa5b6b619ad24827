"""Three models that learn to read handwritten digits."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.calibration import CalibratedClassifierCV
from sklearn.datasets import load_digits
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.svm import SVC

CLASSES = [str(digit) for digit in range(10)]

# The width of a digit of 8 pixels, as far as a pixel counts as ink.
_INK, _NARROW = 4, 4


@dataclass(frozen=True, slots=True)
class Predictions:
    """The predictions of one model for the held-out images."""

    model: str
    labels: list[str]
    probabilities: np.ndarray
    accuracy: float


@dataclass(frozen=True, slots=True)
class HeldOut:
    """The half of the images that no model was trained on: labels, metadata, and the predictions of each model."""

    training_count: int
    ids: list[str]
    labels: list[str]
    stroke: list[str]
    width: list[str]
    predictions: list[Predictions]
    models: dict[str, Any]

    def columns(self, predictions: Predictions) -> dict[str, list[Any]]:
        """Return a table with a row for each image, as it is sent."""
        scores = {
            f"p_{label}": column.tolist() for label, column in zip(CLASSES, predictions.probabilities.T, strict=True)
        }
        said = {"image": self.ids, "digit": self.labels, "read": predictions.labels}
        return {**said, **scores, "stroke": self.stroke, "width": self.width}


def train_and_predict() -> HeldOut:
    """Train on one half of scikit-learn's 1,797 digits and predict the other; the same result every time."""
    images, labels = load_digits(return_X_y=True)
    labels = labels.astype(str)
    train_images, test_images, train_labels, test_labels, _, numbers = train_test_split(
        images, labels, np.arange(len(labels)), test_size=0.5, stratify=labels, random_state=0
    )
    models = {
        "logistic regression": LogisticRegression(max_iter=1000),
        "small forest": RandomForestClassifier(n_estimators=30, random_state=0),
        # A support vector machine has no probabilities of its own.
        "support vectors": CalibratedClassifierCV(SVC(), ensemble=False),
    }
    predictions = []
    for name, model in models.items():
        model.fit(train_images / 16, train_labels)
        predicted, probabilities = model.predict(test_images / 16), model.predict_proba(test_images / 16)
        accuracy = float(np.mean(predicted == test_labels))
        predictions.append(Predictions(name, predicted.tolist(), probabilities, accuracy))
    ids = [f"digit-{number:04}" for number in numbers]
    stroke, width = _strokes(test_images), _widths(test_images)
    return HeldOut(len(train_images), ids, test_labels.tolist(), stroke, width, predictions, models)


def _strokes(images: np.ndarray) -> list[str]:
    """Say of each image whether it has little ink or much, in thirds."""
    ink = images.sum(axis=1)
    thirds = np.digitize(ink, np.quantile(ink, [1 / 3, 2 / 3]))
    return np.array(["light", "medium", "heavy"])[thirds].tolist()  # type: ignore[no-any-return]


def _widths(images: np.ndarray) -> list[str]:
    columns = images.reshape(-1, 8, 8).max(axis=1) > _INK
    return np.where(columns.sum(axis=1) <= _NARROW, "narrow", "wide").tolist()  # type: ignore[no-any-return]
