"""The PyCM REST reference: the service that the PyCM REST API comes from, rebuilt for `benchmarks.service.http`.

FastAPI with plain functions in threads, SQLite through SQLAlchemy, the vectors in a file for each matrix, and PyCM
again at every request. What it leaves out (passwords, the lists of administrators) is not measured.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Annotated, Any
from uuid import uuid4

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
from fastapi import Body, Depends, FastAPI, HTTPException
from fastapi.responses import FileResponse, HTMLResponse
from pycm import Compare, ConfusionMatrix, MultiLabelCM, ROCCurve
from sqlalchemy import Engine, ForeignKey, create_engine, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from benchmarks.instruments.load import until_ready
from deploy.local.ports import free_ports

KEY = "the-key-of-the-only-user"
FOLDER = Path(os.environ.get("REFERENCE_FOLDER", tempfile.gettempdir()))

Labels = Annotated[list[float], Body()]
Key = Annotated[str, Body()]

mpl.use("agg")


class Base(DeclarativeBase):
    """The tables."""


class User(Base):
    """A user with a key."""

    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    api_key: Mapped[str] = mapped_column(unique=True, index=True)


class Matrix(Base):
    """A matrix, whose vectors lie in a file under its uid."""

    __tablename__ = "cms"
    uid: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))


@cache
def _engine() -> Engine:
    engine = create_engine(f"sqlite:///{FOLDER / 'DB.db'}", connect_args={"check_same_thread": False})
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        if session.scalar(select(User)) is None:
            session.add(User(api_key=KEY))
            session.commit()
    return engine


@asynccontextmanager
async def _prepare(_: FastAPI) -> AsyncIterator[None]:
    _engine()
    yield


app = FastAPI(lifespan=_prepare)


def _session() -> Iterator[Session]:
    with Session(_engine()) as session:
        yield session


Db = Annotated[Session, Depends(_session)]


def _user(db: Session, api_key: str) -> User:
    user = db.scalar(select(User).where(User.api_key == api_key))
    if user is None:
        raise HTTPException(HTTPStatus.NOT_FOUND, "Invalid API key")
    return user


def _matrix(db: Session, api_key: str, uid: str) -> Any:
    user, matrix = _user(db, api_key), db.get(Matrix, uid)
    if matrix is None or matrix.user_id != user.id:
        raise HTTPException(HTTPStatus.NOT_FOUND, "Confusion matrix not found")
    with (FOLDER / f"{uid}.obj").open() as file:
        return ConfusionMatrix(file=file)


@app.get("/healthz")
def healthz() -> dict[str, str]:
    """Report that the process is alive."""
    return {"status": "ok"}


@app.post("/cm/create")
def create(db: Db, api_key: Key, actual_vector: Labels, predicted_vector: Labels) -> dict[str, str]:
    """Count two vectors and store them."""
    matrix = Matrix(uid=uuid4().hex, user_id=_user(db, api_key).id)
    ConfusionMatrix(actual_vector, predicted_vector).save_obj(str(FOLDER / matrix.uid))
    db.add(matrix)
    db.commit()
    return {"uid": matrix.uid}


@app.get("/cm/")
def read(db: Db, api_key: str, cm_uid: str) -> dict[str, Any]:
    """Return the counts and main metrics."""
    cm = _matrix(db, api_key, cm_uid)
    names = {"accuracy": "Overall_ACC", "precision": "PPV_Macro", "recall": "TPR_Macro", "f1": "F1_Macro"}
    metrics = {name: getattr(cm, attribute) for name, attribute in names.items()}
    return {"uid": cm_uid, **metrics, "confusion_matrix": cm.to_array().tolist()}


@app.get("/cm/report")
def report(db: Db, api_key: str, cm_uid: str) -> HTMLResponse:
    """Return PyCM's page."""
    path, cm = FOLDER / f"{cm_uid}.html", _matrix(db, api_key, cm_uid)
    if not path.exists():
        cm.save_html(str(path.with_suffix("")))
    return HTMLResponse(path.read_text())


@app.get("/cm/plot")
def plot(db: Db, api_key: str, cm_uid: str) -> FileResponse:
    """Return PyCM's picture."""
    path, cm = FOLDER / f"{cm_uid}.png", _matrix(db, api_key, cm_uid)
    if not path.exists():
        figure = cm.plot().figure
        figure.savefig(path)
        plt.close(figure)
    return FileResponse(path)


@app.post("/compare/")
def compare(db: Db, api_key: Key, cm_uids: Annotated[list[str], Body()]) -> dict[str, Any]:
    """Return PyCM's comparison."""
    comparison = Compare({uid: _matrix(db, api_key, uid) for uid in cm_uids})
    return {
        "cm_uids": cm_uids,
        "best_name": comparison.best_name,
        "cm_scores": comparison.scores,
        "cm_orders": comparison.sorted,
    }


Sets = Annotated[list[list[str]], Body()]


@app.post("/mlcm/")
def mlcm(
    db: Db, api_key: Key, actual_vector: Sets, predicted_vector: Sets, classes: Annotated[list[str], Body()]
) -> dict[str, Any]:
    """Return PyCM's matrices of sets of labels."""
    _user(db, api_key)
    matrices = MultiLabelCM(
        [set(labels) for labels in actual_vector], [set(labels) for labels in predicted_vector], classes=classes
    )
    by_class = [matrices.get_cm_by_class(name).to_array().tolist() for name in classes]
    by_sample = [matrices.get_cm_by_sample(number).to_array().tolist() for number in range(len(actual_vector))]
    return {"classes": classes, "cm_by_classes": by_class, "cm_by_samples": by_sample}


@app.post("/curve")
def curve(
    db: Db, api_key: Key, actual_vector: Annotated[list[int], Body()], probability_vector: Annotated[Any, Body()]
) -> dict[str, Any]:
    """Return PyCM's ROC curve."""
    _user(db, api_key)
    roc = ROCCurve(np.array(actual_vector), np.array(probability_vector), classes=[0, 1])
    plain: dict[str, Any] = json.loads(
        json.dumps({"thresholds": list(roc.thresholds), "auc_trp": roc.area()}, default=float)
    )
    return plain


@contextmanager
def pycm_rest_reference() -> Iterator[str]:
    """Run the reference as its README says, in one process that keeps nothing; yields its address."""
    (port,) = free_ports(1)
    with tempfile.TemporaryDirectory(prefix="pycm-rest-") as folder:
        command = [
            sys.executable,
            "-m",
            "uvicorn",
            "benchmarks.instruments.pycm_rest_reference:app",
            "--port",
            str(port),
            "--timeout-keep-alive",
            "300",
        ]
        process = subprocess.Popen(command, env=os.environ | {"REFERENCE_FOLDER": folder}, stdout=subprocess.DEVNULL)
        try:
            url = f"http://127.0.0.1:{port}"
            until_ready(f"{url}/healthz")
            yield url
        finally:
            process.terminate()
            process.wait(30)
