#!/usr/bin/env bash
# The interval of a macro F1 is up to twice as wide as it should be.
#
# Guess: `confidenceinterval.f1_score(..., average="macro")` gives the interval of Takahashi et al. (2022), whose paper
# it names, as well as it does for micro F1.
# Seen: the covariance of the cells of the matrix is made with an element-wise product where the outer one belongs, so
# that what the cells owe to each other is missing. With two balanced classes the interval is twice as wide as that of
# the same formula with the outer product, and as that of a bootstrap; with more classes the error shrinks.
# Versions: confidenceinterval 1.0.5.
# Hurts: a model that is better by more than chance is said not to be.
# Instead: the package's own bootstrap (`method="bootstrap_bca"`), or the delta method written out as below.
#
# Output:
#   classes 2: half width 0.088, delta method 0.042, bootstrap 0.041
#   classes 3: half width 0.028, delta method 0.018, bootstrap 0.017
#   micro F1 of 2 classes: half width 0.041, delta method 0.041
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3.11 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check \
    confidenceinterval==1.0.5 scikit-learn==1.9.1 numpy==1.26.4
cd "$folder"
venv/bin/python - <<'END'
import numpy as np
from confidenceinterval import f1_score
from sklearn.metrics import confusion_matrix

Z = 1.959963984540054


def macro_f1(shares):
    return (2 * np.diag(shares) / (shares.sum(0) + shares.sum(1))).mean()


def by_delta_method(truth, predicted):
    """Half the width by a numeric gradient and the multinomial covariance."""
    counts = confusion_matrix(truth, predicted)
    shares, step = counts / counts.sum(), 1e-6
    gradient = np.empty(shares.size)
    for cell in range(shares.size):
        change = np.zeros(shares.size)
        change[cell] = step
        change = change.reshape(shares.shape)
        gradient[cell] = (macro_f1(shares + change) - macro_f1(shares - change)) / (2 * step)
    flat = shares.ravel()
    covariance = np.diag(flat) - np.outer(flat, flat)
    return Z * np.sqrt(gradient @ covariance @ gradient / counts.sum())


def by_bootstrap(truth, predicted, random):
    counts = confusion_matrix(truth, predicted)
    draws = random.multinomial(counts.sum(), (counts / counts.sum()).ravel(), size=4000)
    return Z * np.std([macro_f1(draw.reshape(counts.shape)) for draw in draws])


random = np.random.default_rng(3)
ratios = []
for classes, samples in ((2, 300), (3, 2000)):
    truth = random.integers(0, classes, samples)
    predicted = np.where(random.random(samples) < 0.7, truth, random.integers(0, classes, samples))
    _, (low, high) = f1_score(truth, predicted, average="macro")
    half, delta, drawn = (high - low) / 2, by_delta_method(truth, predicted), by_bootstrap(truth, predicted, random)
    ratios.append((round(half / delta, 1), round(drawn / delta, 1)))
    print(f"classes {classes}: half width {half:.3f}, delta method {delta:.3f}, bootstrap {drawn:.3f}")
    if classes == 2:
        value, (low, high) = f1_score(truth, predicted, average="micro")
        micro = ((high - low) / 2, Z * np.sqrt(value * (1 - value) / samples))
print("micro F1 of 2 classes: half width {:.3f}, delta method {:.3f}".format(*micro))
assert ratios[0][0] >= 1.9 and ratios[1][0] >= 1.4, ratios
assert all(0.9 <= ratio <= 1.1 for _, ratio in ratios), ratios
assert abs(micro[0] - micro[1]) < 1e-6, micro
END
