#!/usr/bin/env bash
# Cats become dogs when a column of classes is cast to the same names in another order.
#
# Guess: `cast_column("label", ClassLabel(names=[...]))` of Hugging Face's datasets gives a column of classes the new
# numbers of its names, as casting texts to the same ClassLabel does, so that two data sets have one numbering.
# Seen: a column that has a ClassLabel keeps its numbers, and only the names are exchanged: each cat is a dog afterwards.
# Nothing is said. Putting both data sets together without the cast is refused, so that the cast is what comes to mind.
# Versions: datasets 5.2.0.
# Hurts: the ground truth of one of two data sets is turned round; a model that is right on both is wrong on half of them.
# Instead: `align_labels_with_mapping({"dog": 0, "cat": 1}, "label")`, which moves the numbers with the names.
#
# Output:
#   texts: cat dog dog
#   classes: dog cat cat, accuracy of perfect predictions 0.00
#   together without a cast: ValueError
#   by align_labels_with_mapping: cat dog dog
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3.11 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check \
    datasets==5.2.0 pyarrow==26.0.1 pandas==3.1.1 numpy==2.4.6
cd "$folder"
venv/bin/python - <<'END'
from datasets import ClassLabel, Dataset, Features, concatenate_datasets, disable_progress_bars

disable_progress_bars()
truth = ["cat", "dog", "dog"]
old, new = ClassLabel(names=["cat", "dog"]), ClassLabel(names=["dog", "cat"])


def names(rows):
    return [rows.features["label"].int2str(number) for number in rows["label"]]


texts = Dataset.from_dict({"label": truth})
classes = Dataset.from_dict({"label": [0, 1, 1]}, features=Features({"label": old}))
assert names(classes) == truth, names(classes)

of_texts, of_classes = names(texts.cast_column("label", new)), names(classes.cast_column("label", new))
accuracy = sum(name == right for name, right in zip(of_classes, truth)) / len(truth)
print("texts:", *of_texts)
print("classes:", *of_classes, end=f", accuracy of perfect predictions {accuracy:.2f}\n")
assert of_texts == truth, of_texts
assert of_classes == ["dog", "cat", "cat"], of_classes

try:
    concatenate_datasets([classes, texts.cast_column("label", new)])
except ValueError as error:
    print("together without a cast:", type(error).__name__)
else:
    raise AssertionError("the two were put together")

aligned = names(classes.align_labels_with_mapping({"dog": 0, "cat": 1}, "label"))
print("by align_labels_with_mapping:", *aligned)
assert aligned == truth, aligned
END
