"""Two models that learn to read handwritten digits."""

from dataclasses import dataclass

import numpy as np
from sklearn.datasets import load_digits
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split


@dataclass(frozen=True, slots=True)
class Predictions:
    """What one model says of the held-out images."""

    model: str
    labels: list[int]
    accuracy: float


@dataclass(frozen=True, slots=True)
class HeldOut:
    """The half of the images that no model has seen: what they show, and what each model says that they show."""

    learned_from: int
    labels: list[int]
    predictions: list[Predictions]


def train_and_predict() -> HeldOut:
    """Train on one half of scikit-learn's 1,797 digits and predict the other; the same result every time."""
    images, labels = load_digits(return_X_y=True)
    seen, unseen, seen_labels, unseen_labels = train_test_split(
        images / 16, labels, test_size=0.5, stratify=labels, random_state=0
    )
    models = {
        "logistic regression": LogisticRegression(max_iter=1000),
        "random forest": RandomForestClassifier(n_estimators=100, random_state=0),
    }
    predictions = []
    for name, model in models.items():
        predicted = model.fit(seen, seen_labels).predict(unseen)
        predictions.append(Predictions(name, predicted.tolist(), float(np.mean(predicted == unseen_labels))))
    return HeldOut(len(seen), unseen_labels.tolist(), predictions)
