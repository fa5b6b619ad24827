#!/usr/bin/env bash
# One prediction of a rare class is half of the calibration error.
#
# Guess: `top_label_ece` of MAPIE is the mean over the samples, since its documentation gives each bin the weight of its
# share of all samples, n_b / n, as does the paper it names (Gupta and Ramdas, 2021), an expectation over samples.
# Seen: the error is computed for each predicted label, and the mean is taken of the labels, each of which counts the
# same. Labels that are never predicted do not count. So a single surprising prediction weighs as much as 99 others.
# Versions: mapie 1.6.0, scikit-learn 1.9.1, numpy 2.4.6.
# Hurts: with a hundred classes of very different frequency the figure is that of the rare ones; one prediction more or
# less, of a class that is seldom predicted, moves it from 0 to 0.48, and two models are not compared on the same terms.
# Instead: sum over the labels `(y_hat == k).mean() * expected_calibration_error(...)` of the samples with that label.
#
# Output (100 predictions of a class with 0.8, 80 of them right):
#   alone: 0.0000, by its definition 0.0000
#   and one of another class with 0.95, which is wrong: 0.4750, by its definition 0.0094
#   and one of a third class with 0.95, which is wrong: 0.6333, by its definition 0.0186
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3.11 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check \
    mapie==1.6.0 scikit-learn==1.9.1 numpy==2.4.6
cd "$folder"
venv/bin/python -W error - <<'END'
from collections import defaultdict
from fractions import Fraction

import numpy as np
from mapie.metrics.calibration import top_label_ece

BINS = 10
CENTS = [(80, 15, 5)] * 100 + [(3, 95, 2), (3, 2, 95)]
LABELS = [0] * 80 + [1] * 20 + [0, 0]


def by_definition(labels, rows):
    bins = defaultdict(list)
    for label, row in zip(labels, rows, strict=True):
        top = max(row)
        bins[row.index(top), (top - 1) * BINS // 100].append((Fraction(top, 100), row.index(top) == label))
    gaps = (abs(sum(score - right for score, right in members)) for members in bins.values())
    return round(float(sum(gaps) / len(labels)), 4)


def describe(title, samples):
    labels, rows = LABELS[:samples], CENTS[:samples]
    figure = top_label_ece(np.array(labels), np.array(rows) / 100, num_bins=BINS + 1)
    other = by_definition(labels, rows)
    print(f"{title}: {figure:.4f}, by its definition {other:.4f}")
    return round(float(figure), 4), other


alone = describe("alone", 100)
second = describe("and one of another class with 0.95, which is wrong", 101)
third = describe("and one of a third class with 0.95, which is wrong", 102)
assert alone == (0, 0), alone
assert second == (0.475, 0.0094), second  # 0.95 / 2, and 0.95 / 101
assert third == (0.6333, 0.0186), third  # 1.90 / 3, and 1.90 / 102
END
