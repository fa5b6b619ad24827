#!/usr/bin/env bash
# Whole numbers become other whole numbers when they are declared to be classes.
#
# Guess: `class_encode_column("label")` of Hugging Face's datasets leaves labels that are 0, 1, 2, ... as they are, and
# only adds names.
# Seen: the numbers are turned into texts and sorted as such: 0, 1, 10, 11, 2, ... So class 2 becomes 4, and class 10
# becomes 2, from eleven classes on. With ten classes nothing happens, which is what a trial shows.
# Versions: datasets 5.2.0.
# Hurts: predictions that a model made by the old numbers are judged against the new ones. With twelve classes two right
# predictions of twelve are left.
# Instead: `cast_column("label", ClassLabel(names=[str(n) for n in range(12)]))`, which keeps the numbers.
#
# Output:
#   10 classes: 0 1 2 3 4 5 6 7 8 9
#   12 classes: 0 1 4 5 6 7 8 9 10 11 2 3, accuracy of perfect predictions 0.17
#   by cast_column: 0 1 2 3 4 5 6 7 8 9 10 11
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3.11 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check \
    datasets==5.2.0 pyarrow==26.0.1 pandas==3.1.1 numpy==2.4.6
cd "$folder"
venv/bin/python - <<'END'
import datasets

datasets.disable_progress_bars()


def labels(count):
    return datasets.Dataset.from_dict({"label": list(range(count))})


ten = list(labels(10).class_encode_column("label")["label"])
twelve = list(labels(12).class_encode_column("label")["label"])
names = datasets.ClassLabel(names=[str(number) for number in range(12)])
cast = list(labels(12).cast_column("label", names)["label"])
accuracy = sum(new == old for old, new in enumerate(twelve)) / 12
print("10 classes:", *ten)
print("12 classes:", " ".join(map(str, twelve)) + f", accuracy of perfect predictions {accuracy:.2f}")
print("by cast_column:", *cast)
assert ten == list(range(10)), ten
assert twelve == [0, 1, 4, 5, 6, 7, 8, 9, 10, 11, 2, 3], twelve
assert cast == list(range(12)), cast
END
