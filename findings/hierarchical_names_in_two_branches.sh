#!/usr/bin/env bash
# "Other" of one branch is "other" of the next.
#
# Guess: HiClass' `f1`, `precision` and `recall` compare nodes of the hierarchy, so that animal > other for plant > other
# is wrong at both levels. Its classifiers keep the two apart: each node is known by its whole path.
# Seen: the metrics compare sets of names, whatever their level and parent. "other" is right wherever somebody says
# "other", and a name that occurs at two levels counts once. The paths are right only where no name occurs twice.
# Versions: hiclass 5.0.8, scikit-learn 1.9.1, numpy 2.4.6.
# Hurts: hierarchies with "other", "unspecified", or with years, sizes and numbers below each branch have figures that are
# too high: a model that is always wrong has an F1 of 0.5.
# Instead: give the metrics paths instead of names ("animal/other"), or numbers that occur once.
#
# Output (4 samples of two levels; paths: the same with each name after that of its parent):
#   all wrong, names: precision 0.50, recall 0.50, F1 0.50; paths: 0.00, 0.00, 0.00
#   half right, names: precision 0.75, recall 0.75, F1 0.75; paths: 0.50, 0.50, 0.50
#   names that occur once: precision 0.50, recall 0.50, F1 0.50; paths: 0.50, 0.50, 0.50
#   a classifier of HiClass tells animal > other from plant > other
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3.11 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check \
    hiclass==5.0.8 scikit-learn==1.9.1 scipy==1.17.1 numpy==2.4.6
cd "$folder"
venv/bin/python - <<'END'
import warnings

import numpy as np
from hiclass import LocalClassifierPerParentNode
from hiclass.metrics import f1, precision, recall
from sklearn.tree import DecisionTreeClassifier

ANIMAL, PLANT = ("animal", "other"), ("plant", "other")
CAT, TREE = ("animal", "cat"), ("plant", "tree")
CASES = {
    "all wrong, names": ([ANIMAL, ANIMAL, PLANT, PLANT], [PLANT, PLANT, ANIMAL, ANIMAL]),
    "half right, names": ([ANIMAL, ANIMAL, PLANT, PLANT], [ANIMAL, PLANT, PLANT, ANIMAL]),
    "names that occur once": ([CAT, CAT, TREE, TREE], [CAT, TREE, TREE, CAT]),
}


def figures(truth, predicted):
    return [round(float(metric(np.array(truth), np.array(predicted))), 2) for metric in (precision, recall, f1)]


def paths(rows):
    return [(first, f"{first}/{second}") for first, second in rows]


seen = []
with warnings.catch_warnings(record=True) as said:
    warnings.simplefilter("always")
    for name, (truth, predicted) in CASES.items():
        names = figures(truth, predicted)
        assert not said, [str(each.message) for each in said]
        whole = figures(paths(truth), paths(predicted))  # an F1 of 0 is said to be ill-defined
        said.clear()
        words = "precision {:.2f}, recall {:.2f}, F1 {:.2f}".format(*names)
        print(f"{name}: {words}; paths: " + ", ".join(f"{each:.2f}" for each in whole))
        seen.append((*names, *whole))
    model = LocalClassifierPerParentNode(local_classifier=DecisionTreeClassifier(random_state=0))
    model.fit([[0], [1], [2], [3]], np.array([ANIMAL, CAT, TREE, PLANT]))
    apart = model.predict([[0], [3]]).tolist()
assert seen == [(0.5, 0.5, 0.5, 0, 0, 0), (0.75, 0.75, 0.75, 0.5, 0.5, 0.5), (0.5,) * 6], seen
assert apart == [list(ANIMAL), list(PLANT)], apart
print("a classifier of HiClass tells animal > other from plant > other")
assert not said, [str(each.message) for each in said]
END
