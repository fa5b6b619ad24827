#!/usr/bin/env bash
# A weighted kappa depends on grades that nobody gave.
#
# Guess: `cohen_kappa_score(weights="quadratic")` of the grades 1, 2 and 5 weighs a disagreement between 2 and 5 by
# their distance of 3, as irrCAC does.
# Seen: scikit-learn weighs by the positions of the grades that occur, so that 5 is next to 2. If the unused grades 3
# and 4 are named in `labels`, it agrees with irrCAC. statsmodels' `cohens_kappa`, which gets the counts, does as
# scikit-learn. Texts as grades are worse: "high", "low", "medium" are weighed in the order of the alphabet.
# Versions: scikit-learn 1.9.1, statsmodels 0.15.0, irrCAC 0.4.4.
# Hurts: the same two raters are in better agreement (0.67 instead of 0.62) in a sample in which nobody gave a 3, so
# that slices and models cannot be compared; the order of words turns 0.67 into 0.28.
# Instead: pass every grade of the scale in `labels`, in its order.
#
# Output:
#   scikit-learn: 0.6667, with labels=[1, 2, 3, 4, 5] 0.6212
#   statsmodels: 0.6667
#   irrCAC: 0.6212
#   words: 0.2754, with labels=["low", "medium", "high"] 0.6667
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3.11 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check \
    scikit-learn==1.9.1 irrCAC==0.4.4 statsmodels==0.15.0 numpy==1.26.4 scipy==1.12.0 pandas==2.3.3
cd "$folder"
venv/bin/python - <<'END'
import warnings

import pandas as pd
from irrCAC.raw import CAC
from sklearn.metrics import cohen_kappa_score, confusion_matrix
from statsmodels.stats.inter_rater import cohens_kappa

warnings.simplefilter("ignore")
ONE, OTHER = [1, 2, 5, 5, 2, 1, 1, 2, 5, 2], [1, 2, 2, 5, 5, 1, 2, 2, 5, 1]
WORDS = {1: "low", 2: "medium", 5: "high"}


def kappa(one, other, **options):
    return round(float(cohen_kappa_score(one, other, weights="quadratic", **options)), 4)


bare, whole = kappa(ONE, OTHER), kappa(ONE, OTHER, labels=[1, 2, 3, 4, 5])
counts = round(float(cohens_kappa(confusion_matrix(ONE, OTHER), wt="quadratic").kappa), 4)
raters = CAC(pd.DataFrame({"one": ONE, "other": OTHER}), weights="quadratic")
by_value = round(float(raters.conger()["est"]["coefficient_value"]), 4)
one, other = ([WORDS[grade] for grade in grades] for grades in (ONE, OTHER))
words, ordered = kappa(one, other), kappa(one, other, labels=["low", "medium", "high"])
print(f"scikit-learn: {bare:.4f}, with labels=[1, 2, 3, 4, 5] {whole:.4f}")
print(f"statsmodels: {counts:.4f}")
print(f"irrCAC: {by_value:.4f}")
print(f'words: {words:.4f}, with labels=["low", "medium", "high"] {ordered:.4f}')
assert (bare, whole, counts, by_value) == (0.6667, 0.6212, 0.6667, 0.6212)
assert (words, ordered) == (0.2754, 0.6667)
END
