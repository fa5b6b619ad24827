"""What botocore knows about S3, without what no client of S3 looks at: addresses of other services, and prose."""

from functools import cache
from typing import Any

import boto3
import botocore.session
from botocore.loaders import Loader


class S3Loader(Loader):  # type: ignore[misc] # botocore ships no types
    """Reads botocore's descriptions and keeps those of S3: objects of 4 instead of 12 MiB."""

    def load_data_with_path(self, name: str) -> Any:
        """Return a description by its name, as the loader that botocore has by itself does, and its path."""
        # The caller's is the object that the cache keeps.
        data, path = super().load_data_with_path(name)
        if name == "endpoints":
            _keep_s3(data)
        elif name.endswith("/service-2"):
            _remove_prose(data)
        return data, path


@cache
def session() -> boto3.session.Session:
    """The session of this process's clients, which reads the descriptions once."""
    core = botocore.session.get_session()
    core.register_component("data_loader", S3Loader())
    return boto3.session.Session(botocore_session=core)


def _keep_s3(endpoints: dict[str, Any]) -> None:
    for partition in endpoints["partitions"]:
        partition["services"] = {name: value for name, value in partition["services"].items() if name == "s3"}


def _remove_prose(model: Any) -> None:
    if isinstance(model, dict):
        # A member may have that name as well, and is no string.
        if isinstance(model.get("documentation"), str):
            # Left out, it would be missed: a parameter of the client has to have one.
            model["documentation"] = ""
        model = model.values()
    elif not isinstance(model, list):
        return
    for part in model:
        _remove_prose(part)
