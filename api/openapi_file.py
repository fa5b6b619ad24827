"""The OpenAPI document as a file: `python -m api.openapi_file > docs/openapi.json`.

It is versioned so that a change of the contract is visible, and clients can be generated without a running service.
"""

import json

from api.app import create_app
from api.openapi import document
from shared.kit.settings import Settings

# The document does not depend on the settings; no connection is opened.
PLACEHOLDERS = {
    "database_url": "postgresql://127.0.0.1/evalserve",
    "redis_url": "redis://127.0.0.1",
    "s3_endpoint_url": "http://127.0.0.1",
    "s3_access_key_id": "id",
    "s3_secret_access_key": "secret",
    "secret_key": "placeholder".ljust(32, "."),
    "pycm_api_admin": "administrator",
    "pycm_api_admin_password": "password",
}


def as_file() -> str:
    """Return the document as indented JSON."""
    app = create_app(Settings.model_validate(PLACEHOLDERS))
    return json.dumps(document(app), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    print(as_file(), end="")  # noqa: T201 -- standard output is the file
