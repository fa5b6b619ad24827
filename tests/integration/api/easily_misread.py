"""Files, pasted prints and JSON that are easily read wrongly, with the right figures of each."""

from typing import Any, NamedTuple


class Labels(NamedTuple):
    """A file of labels with its matrix; `asked` and `told` where a run cannot know without a word."""

    data: bytes
    classes: list[Any]
    counts: list[list[float]]
    asked: str | None = None
    told: dict[str, Any] | None = None
    header: str | None = None


class Scores(NamedTuple):
    """A file of scores with its areas; `asked` and `told` where a run cannot know without a word."""

    data: bytes
    areas: dict[str, float]
    asked: str | None = None
    told: dict[str, Any] | None = None


_BIRDS: tuple[list[Any], list[list[float]]] = (["crow", "wren"], [[1, 1], [0, 2]])
_BIRD_ROWS = b"crow,crow\nwren,wren\ncrow,wren\nwren,wren\n"
_SWAPPED = b"0,1\n1,1\n0,1\n0,0\n"
_OF_SWAPPED: tuple[list[Any], list[list[float]]] = ([0, 1], [[1, 0], [2, 1]])
_NO_HEADER = {"header": False, "truth": "c0", "prediction": "c1"}
_TWO_SCORES = {"header": False, "truth": "c0", "scores": {"dog": "c2", "cat": "c1"}}

LABELS: dict[str, Labels] = {
    "names of a script": Labels(b"true_label,predicted_label\n" + _BIRD_ROWS, *_BIRDS),
    "names of a tutorial": Labels(b"y_Actual,y_Predicted\n" + _BIRD_ROWS, *_BIRDS),
    "names of ML.NET": Labels(b"Label,PredictedLabel\n" + _BIRD_ROWS, *_BIRDS),
    "names of caret": Labels(b"obs,pred\n" + _BIRD_ROWS, *_BIRDS),
    "short names": Labels(b"gt,pred\n" + _BIRD_ROWS, *_BIRDS),
    "an id first": Labels(b"img_id,true_label,predicted_label\nx7,5,5\nx8,5,4\n", [4, 5], [[0, 0], [1, 1]]),
    "predictions first": Labels(b"y_Predicted,y_Actual\n" + _SWAPPED, *_OF_SWAPPED),
    "predictions first, header": Labels(b"predicted_label,true_label\n" + _SWAPPED, *_OF_SWAPPED, header="yes"),
    "guesses first": Labels(b"Guesses,True Labels\n" + _SWAPPED, *_OF_SWAPPED),
    "features beside labels": Labels(
        b"V0,V1,V2,y_true,y_pred\n0.3,-1.2,0.4,0,1\n2.1,-0.7,0.1,1,1\n1.9,-0.4,1.5,1,0\n", [0, 1], [[0, 1], [1, 1]]
    ),
    "a header in a comment": Labels(b"# y_pred,y_true\n" + _SWAPPED, *_OF_SWAPPED),
    "zeros in front": Labels(
        b"actual,predicted\n007,7\n008,008\n07,7\n",
        ["007", "008", "07", "7"],
        [[0, 0, 0, 1], [0, 1, 0, 0], [0, 0, 0, 1], [0, 0, 0, 0]],
    ),
    "sections": Labels(
        b"actual,predicted\n2.3,2.30\n2.30,2.30\n", ["2.3", "2.30"], [[0, 1], [0, 1]]
    ),
    "positions of a plate": Labels(
        b"actual,predicted\n1E2,100\n3E1,30\n",
        ["100", "1E2", "30", "3E1"],
        [[0, 0, 0, 0], [1, 0, 0, 0], [0, 0, 0, 0], [0, 0, 1, 0]],
        "prediction",
        {"truth": "actual", "prediction": "predicted"},
    ),
    "check digits": Labels(
        b"X,X\n4,4\n8,4\n", ["4", "8", "X"], [[1, 0, 0], [1, 0, 0], [0, 0, 1]], "header", _NO_HEADER
    ),
    "decimal commas": Labels(b"y_true;y_pred\n2;2,0\n0;0,0\n2;0,0\n", [0, 2], [[1, 0], [1, 1]]),
    "decimal commas, no header": Labels(
        b"2;2,0\n0;0,0\n2;0,0\n", [0, 2], [[1, 0], [1, 1]], "header", _NO_HEADER, header="no"
    ),
}  # fmt: skip

UNREADABLE: dict[str, bytes] = {
    "Shift JIS": "actual,predicted\n春,茶\n茶,春\n".encode("shift_jis"),
    "Mac Roman": "actual,predicted\nthé,thè\nthè,thè\n".encode("mac_roman"),
}

SCORES: dict[str, Scores] = {
    "truth values first": Scores(
        b"True,0.8\nFalse,0.3\nTrue,0.6\nFalse,0.7\nTrue,0.5\n",
        {"True": 2 / 3, "False": 2 / 3},
        "header",
        {"header": False, "truth": "c0", "scores": {"True": "c1"}},
    ),
    "a class called target": Scores(
        b"target,0.8\nnoise,0.3\ntarget,0.6\nnoise,0.7\ntarget,0.5\n",
        {"target": 2 / 3, "noise": 2 / 3},
        "header",
        {"header": False, "truth": "c0", "scores": {"target": "c1"}},
    ),
    "columns called 0 and 1": Scores(b"y,0,1\n0,0.7,0.3\n1,0.1,0.9\n", {"0": 1.0, "1": 1.0}),
    "columns called True and False": Scores(
        b"y,True,False\nTrue,0.8,0.2\nFalse,0.3,0.7\nTrue,0.7,0.3\n", {"True": 1.0, "False": 1.0}
    ),
    "a class called gold": Scores(
        b"medal,gold,bronze\ngold,0.8,0.2\nbronze,0.3,0.7\ngold,0.7,0.3\n", {"gold": 1.0, "bronze": 1.0}
    ),
    "numbers of two spellings": Scores(b"label,0,1\n0.0,0.9,0.1\n1.0,0.4,0.6\n", {"0": 1.0, "1": 1.0}),
    "tiny scores": Scores(
        b"label,score\n1,4e-17\n1,6e-17\n0,2e-17\n0,3e-17\n",
        {"0": 1.0, "1": 1.0},
        "truth",
        {"truth": "label", "scores": {"1": "score"}},
    ),
    "commas and no header": Scores(b"cat;0,8;0,2\ndog;0,3;0,7\n", {"cat": 1.0, "dog": 1.0}, "header", _TWO_SCORES),
}

PASTED: dict[str, tuple[str, str, list[Any], list[list[float]]]] = {
    "a column with its heading": ("actual\nelm\noak", "predicted\nelm\nelm", ["elm", "oak"], [[1, 0], [1, 0]]),
    "scalars of NumPy 2": ("[np.int64(1), np.int64(0), np.int64(0)]", "[1, 0, 1]", [0, 1], [[1, 1], [0, 1]]),
    "texts of NumPy": ("['flat white' 'tea']", "['flat white' 'flat white']", ["flat white", "tea"], [[1, 0], [1, 0]]),
    "commas in quotes": ("['a, b', 'c']", "['a, b', 'a, b']", ["a, b", "c"], [[1, 0], [1, 0]]),
    "brackets in quotes": ("['fox (1)', 'elk']", "['fox (1)', 'fox (1)']", ["elk", "fox (1)"], [[0, 1], [0, 1]]),
    "a series of pandas": (
        "0    elm\n1    oak\n2    elm\nName: y, dtype: object",
        "0    elm\n1    oak\n2    oak\nName: p, dtype: object",
        ["elm", "oak"],
        [[1, 1], [0, 1]],
    ),
    "a list of several lines": ("elm,\noak,\nelm,", "elm\noak\noak", ["elm", "oak"], [[1, 1], [0, 1]]),
}  # fmt: skip

ABRIDGED: dict[str, tuple[str, str]] = {
    "an array": ("[1 0 0 ... 1 0 0]", "[1 0 1 ... 1 0 0]"),
    "an array with its shape": (
        "array([1, 0, 0, ..., 1, 0, 0], shape=(2000,))",
        "array([1, 0, 1, ..., 1, 0, 0], shape=(2000,))",
    ),
}

VECTORS: dict[str, tuple[str, dict[str, Any], list[Any], list[list[float]]]] = {
    "a class that does not occur": (
        "/v1/matrices",
        {"actual_vector": ["u", "v"], "predicted_vector": ["u", "u"], "classes": ["u", "v", "w"]},
        ["u", "v", "w"],
        [[1, 0, 0], [1, 0, 0], [0, 0, 0]],
    ),
    "weights": (
        "/cm/create",
        {"actual_vector": [0, 1, 0, 1], "predicted_vector": [0, 1, 1, 0], "sample_weight": [5, 7, 1, 2]},
        [0, 1],
        [[5, 1], [2, 7]],
    ),
    "zeros in front": (
        "/v1/matrices",
        {"actual_vector": ["007", "7"], "predicted_vector": ["7", "7"]},
        ["007", "7"],
        [[0, 1], [0, 1]],
    ),
}

REFUSED_VECTORS: dict[str, tuple[dict[str, Any], str]] = {
    "a label that is no class": (
        {"actual_vector": [2, 3], "predicted_vector": [2, 3], "classes": [7, 8]},
        "actual_vector[0] is not among classes",
    ),
    "numbers beside their texts": (
        {"actual_vector": [2, 3, 2], "predicted_vector": ["2.0", "3.0", "3.0"]},
        "predicted_vector[0] is a text for the number 2",
    ),
}
