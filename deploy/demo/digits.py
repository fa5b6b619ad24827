"""Two models that learn to read handwritten digits."""

from dataclasses import dataclass

import numpy as np
from sklearn.datasets import load_digits
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split


@dataclass(frozen=True, slots=True)
class Predictions:
    """The predictions of one model for the held-out images."""

    model: str
    labels: list[int]
    accuracy: float


@dataclass(frozen=True, slots=True)
class HeldOut:
    """The half of the images that no model was trained on: their labels, and the predictions of each model."""

    training_count: int
    labels: list[int]
    predictions: list[Predictions]


def train_and_predict() -> HeldOut:
    """Train on one half of scikit-learn's 1,797 digits and predict the other; the same result every time."""
    images, labels = load_digits(return_X_y=True)
    train_images, test_images, train_labels, test_labels = train_test_split(
        images / 16, labels, test_size=0.5, stratify=labels, random_state=0
    )
    models = {
        "logistic regression": LogisticRegression(max_iter=1000),
        "random forest": RandomForestClassifier(n_estimators=100, random_state=0),
    }
    predictions = []
    for name, model in models.items():
        predicted = model.fit(train_images, train_labels).predict(test_images)
        predictions.append(Predictions(name, predicted.tolist(), float(np.mean(predicted == test_labels))))
    return HeldOut(len(train_images), test_labels.tolist(), predictions)
