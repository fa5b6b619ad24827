"""Programs that write predictions by the packages of other people, each with what scikit-learn makes of the same rows.

A program gets a folder, writes files into it, and a `manifest.json`: for each file its classes, its matrix, the areas
of its classes, and the words that its reader needs.
"""

_BEGIN = '''
import json, pathlib, sys
import numpy as np, pandas as pd
from sklearn.datasets import load_breast_cancer, load_iris
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import confusion_matrix, roc_auc_score

folder, manifest = pathlib.Path(sys.argv[1]), {}

def plain(value):
    return value.item() if hasattr(value, "item") else value

def note(name, truth, said, scores=None, classes=None, /, **words):
    """Tell what a file holds: of scores of one class or each, in the order of the classes, or of none."""
    truth, said = np.asarray(truth), np.asarray(said)
    labels = sorted({*truth.tolist(), *said.tolist()})
    areas = None
    if scores is not None:
        each = np.asarray(scores, float)
        each = np.column_stack([1 - each, each]) if each.ndim == 1 else each
        areas = [roc_auc_score(truth == label, each[:, at]) for at, label in enumerate(classes)]
        areas = [areas[list(map(plain, classes)).index(label)] for label in labels]
    manifest[name] = dict(classes=labels, counts=confusion_matrix(truth, said, labels=labels).tolist(), areas=areas,
                          words=words)
    return folder / name

def flowers(names=True):
    data = load_iris(as_frame=True)
    y = data.target_names[data.target] if names else data.target.to_numpy()
    return data.data[["sepal length (cm)", "sepal width (cm)"]].to_numpy(), y

def tumours(names=True):
    data = load_breast_cancer(as_frame=True)
    y = data.target_names[data.target] if names else data.target.to_numpy()
    return data.data[["mean texture", "mean smoothness"]].to_numpy(), y

X, y = flowers()
model = LogisticRegression(max_iter=1000).fit(X, y)
p, said = model.predict_proba(X), model.predict(X)
table = pd.DataFrame({"y_true": y, "y_pred": said, **{str(c): p[:, i] for i, c in enumerate(model.classes_)}})
of_table = (y, said, p, model.classes_)
'''
_END = """
(folder / "manifest.json").write_text(json.dumps(manifest))
"""

_PANDAS = """
table.to_csv(note("with the index.csv", *of_table))
table.to_csv(note("without.csv", *of_table), index=False)
table.to_csv(note("semicolons.csv", *of_table), index=False, sep=";", decimal=",")
table.to_csv(note("tabs.tsv.gz", *of_table), index=False, sep="\\t")
table.sample(frac=1, random_state=1).to_parquet(note("shuffled.parquet", *of_table))
table.astype({"y_true": "category", "y_pred": "category"}).to_parquet(note("categories.parquet", *of_table))
table.to_feather(note("table.feather", *of_table))
for orient in ("split", "records", "index", "columns", "table"):
    table.to_json(note(f"{orient}.json", *of_table), orient=orient)
table.to_json(note("lines.jsonl", *of_table), orient="records", lines=True)

X, y = tumours(names=False)
model = LogisticRegression().fit(X, y)
p, said = model.predict_proba(X), model.predict(X)
pd.DataFrame({"y_true": y, "y_pred": said, "y_prob": p[:, 1]}).to_csv(note("one score.csv", y, said, p[:, 1], (0, 1)))
pd.DataFrame(p).assign(y=y).to_csv(note("columns 0 and 1.csv", y, p.argmax(1), p, (0, 1)), index=False)
sure = pd.DataFrame({"y_true": y, "y_pred": said, "confidence": p.max(axis=1)})
sure.to_csv(note("confidence.csv", y, said, p[:, 1], (0, 1)), index=False)
np.savez(note("arrays.npz", y, said, p, (0, 1)), y_true=y, y_pred=said, y_prob=p)
"""

_POLARS = """
import polars as pl
frame = pl.from_pandas(table)
enum = frame.with_columns(pl.col("y_true", "y_pred").cast(pl.Enum(list(model.classes_))))
for kind, one in (("texts", frame), ("categories", frame.with_columns(pl.col("y_true", "y_pred").cast(pl.Categorical))),
                  ("enum", enum)):
    one.write_csv(note(f"{kind}.csv", *of_table))
    one.write_parquet(note(f"{kind}.parquet", *of_table))
    one.write_ipc(note(f"{kind}.arrow", *of_table))
    one.write_ipc_stream(note(f"{kind}.arrows", *of_table))
    one.write_ndjson(note(f"{kind}.jsonl", *of_table))
    one.write_json(note(f"{kind}.json", *of_table))
frame.with_columns(pl.col("y_true").cast(pl.Float32, strict=False).alias("nothing")).write_csv(
    note("a column of nothing.csv", *of_table))
nested = frame.select("y_true", "y_pred", pl.struct(*map(str, model.classes_)).alias("prob"))
nested.write_parquet(note("a structure of scores.parquet", *of_table))
nested.write_ndjson(note("a structure of scores.jsonl", *of_table))
frame.write_csv(note("bars.csv", *of_table), separator="|", quote_style="always")
"""

_DUCKDB = """
import duckdb
db = duckdb.connect()
db.register("rows", table)
db.execute("CREATE TYPE species AS ENUM ('setosa', 'versicolor', 'virginica')")
db.execute("CREATE TABLE enums AS SELECT * REPLACE (y_true::species AS y_true, y_pred::species AS y_pred) FROM rows")
for source in ("rows", "enums"):
    db.execute(f"COPY {source} TO '{note(source + '.csv', *of_table)}' (FORMAT csv)")
    db.execute(f"COPY {source} TO '{note(source + '.tsv', *of_table)}' (FORMAT csv, DELIMITER '\\t', FORCE_QUOTE *)")
    db.execute(f"COPY {source} TO '{note(source + '.parquet', *of_table)}' (FORMAT parquet)")
    db.execute(f"COPY {source} TO '{note(source + '.jsonl', *of_table)}' (FORMAT json)")
    db.execute(f"COPY {source} TO '{note(source + '.json', *of_table)}' (FORMAT json, ARRAY true)")
listed = "[{'label': 'setosa', 'prob': setosa}, {'label': 'versicolor', 'prob': versicolor}, "
listed += "{'label': 'virginica', 'prob': virginica}]"
# As BigQuery ML exports.
query = f"SELECT y_true AS label, y_pred AS predicted_label, {listed} AS predicted_label_probs FROM rows"
for form in ("parquet", "json"):
    db.execute(f"COPY ({query}) TO '{note('predicted_label_probs.' + form, *of_table)}' (FORMAT {form})")
"""

_BOOSTING = """
import catboost, lightgbm, xgboost
X, y = flowers(names=False)
trees = xgboost.XGBClassifier(n_estimators=3, max_depth=2).fit(X, y)
p, said = trees.predict_proba(X), trees.predict(X)
named = {f"proba_{at}": p[:, at] for at in range(3)}
pd.DataFrame({"y_true": y, "y_pred": said, **named}).to_parquet(note("xgboost.parquet", y, said, p, (0, 1, 2)))
pd.DataFrame({"y_true": y, "y_pred": said, **named}).to_csv(note("xgboost.csv", y, said, p, (0, 1, 2)), index=False)
pd.DataFrame(p).assign(label=y).to_csv(note("xgboost, scores alone.csv", y, p.argmax(1), p, (0, 1, 2)), index=False)
booster = xgboost.train({"objective": "multi:softmax", "num_class": 3, "max_depth": 2}, xgboost.DMatrix(X, y), 3)
floats = booster.predict(xgboost.DMatrix(X))
pd.DataFrame({"y_true": y, "y_pred": floats}).to_csv(note("xgboost, labels as floats.csv", y.astype(float), floats))

X, y = flowers()
light = lightgbm.LGBMClassifier(n_estimators=3, num_leaves=4, verbose=-1).fit(X, y)
p, said = light.predict_proba(X), light.predict(X)
shares = {f"prob_{c}": p[:, at] for at, c in enumerate(light.classes_)}
pd.DataFrame({"species": y, "predicted_species": said, **shares}).to_csv(
    note("lightgbm.csv", y, said, p, light.classes_), index=False)

cats = catboost.CatBoostClassifier(iterations=3, depth=2, verbose=False, allow_writing_files=False).fit(X, y)
p, said = cats.predict_proba(X), cats.predict(X)
of_cats = (y, said[:, 0], p, cats.classes_)
shares = {f"prob_{c}": p[:, at] for at, c in enumerate(cats.classes_)}
pd.DataFrame({"label": y, "prediction": said.ravel(), **shares}).to_csv(note("catboost.csv", *of_cats), index=False)
by_name = {c: f"y_prob_{at}" for at, c in enumerate(cats.classes_)}
np.savez(note("catboost.npz", *of_cats, scores=by_name), y_true=y.astype(str), y_pred=said[:, 0].astype(str), y_prob=p)
pd.DataFrame({"y_true": y, "y_pred": said.tolist(), **shares}).to_json(
    note("catboost, a list in each cell.json", *of_cats), orient="records")

X, y = tumours(names=False)
cats = catboost.CatBoostClassifier(iterations=3, depth=2, verbose=False, allow_writing_files=False).fit(X, y == 1)
p, said = cats.predict_proba(X), cats.predict(X)
truth = np.where(y == 1, "True", "False")
pd.DataFrame({"y_true": y == 1, "y_pred": said, "y_prob": p[:, 1]}).to_csv(
    note("catboost, yes and no.csv", truth, said.astype(str), p[:, 1], ("False", "True")), index=False)
"""

_MLFLOW = """
import mlflow
mlflow.set_tracking_uri(f"sqlite:///{folder}/mlflow.db")
experiment = mlflow.create_experiment("predictions", artifact_location=(folder / "artifacts").as_uri())
with mlflow.start_run(experiment_id=experiment) as run:
    mlflow.log_table(table, "eval_results_table.json")
    renamed = table.rename(columns={"y_true": "target", "y_pred": "prediction"})
    mlflow.log_table(renamed[["target", "prediction"]].to_dict("list"), "lists.json")
written = pathlib.Path(folder / "artifacts" / run.info.run_id / "artifacts")
written.joinpath("eval_results_table.json").rename(note("eval_results_table.json", *of_table))
written.joinpath("lists.json").rename(note("lists.json", y, said))
"""

_DATASETS = """
import datasets
names = list(map(str, model.classes_))
codes = {name: at for at, name in enumerate(names)}
labels = datasets.ClassLabel(names=names)
scores = datasets.Sequence(datasets.Value("float64"))
features = datasets.Features({"label": labels, "prediction": labels, "scores": scores})
rows = {"label": [codes[one] for one in y], "prediction": [codes[one] for one in said], "scores": p.tolist()}
one = datasets.Dataset.from_dict(rows, features=features)
by_name = {name: f"scores.{at}" for at, name in enumerate(names)}
one.to_parquet(note("class labels.parquet", *of_table, scores=by_name))
one.save_to_disk(folder / "disk")
(folder / "disk/data-00000-of-00001.arrow").rename(note("class labels.arrow", *of_table, scores=by_name))
numbers = (rows["label"], rows["prediction"], p, (0, 1, 2))
one.to_json(note("class labels.jsonl", *numbers))
texts = datasets.Dataset.from_pandas(table.sample(frac=1, random_state=1))
texts.to_csv(note("texts.csv", *of_table))
texts.to_parquet(note("texts with row numbers.parquet", *of_table))
texts.to_json(note("texts.jsonl", *of_table))
"""

_ARFF = """
import arff
names = list(map(str, model.classes_))
attributes = [("repeat", "NUMERIC"), ("fold", "NUMERIC"), ("row_id", "INTEGER"), ("prediction", names)]
attributes += [(f"confidence.{name}", "NUMERIC") for name in names] + [("correct", names)]
rows = [[0, at % 5, at, s, *map(float, scores), t] for at, (s, scores, t) in enumerate(zip(said, p, y))]
text = arff.dumps({"relation": "openml_task_59_predictions", "attributes": attributes, "data": rows})
note("predictions.arff", *of_table).write_text(text)
quoted = {name: f"Iris {name}, {at} %" for at, name in enumerate(names)}
attributes = [("y true", list(quoted.values())), ("y_pred", list(quoted.values()))]
rows = [[quoted[t], quoted[s]] for t, s in zip(y, said)]
text = arff.dumps({"relation": "blanks, commas", "attributes": attributes, "data": rows})
note("quoted.arff", [quoted[t] for t in y], [quoted[s] for s in said]).write_text(text)
"""

PROGRAMS = {
    "pandas": _PANDAS,
    "Polars": _POLARS,
    "DuckDB": _DUCKDB,
    "boosting": _BOOSTING,
    "MLflow": _MLFLOW,
    "datasets": _DATASETS,
    "liac-arff": _ARFF,
}


def program(name: str) -> str:
    """The text of a program."""
    return _BEGIN + PROGRAMS[name] + _END
