import json
from typing import Any

import pytest

from api.app import create_app
from shared.kit.settings import Settings

SETTINGS = {
    "database_url": "postgresql://nobody@127.0.0.1:1/nothing",
    "redis_url": "redis://127.0.0.1:1",
    "s3_endpoint_url": "http://127.0.0.1:1",
    "s3_access_key_id": "id",
    "s3_secret_access_key": "secret",
    "secret_key": "s" * 32,
}


@pytest.mark.parametrize(
    ("administrator", "missing"),
    [
        ({}, ["PYCM_API_ADMIN", "PYCM_API_ADMIN_PASSWORD"]),
        ({"pycm_api_admin": "root"}, ["PYCM_API_ADMIN_PASSWORD"]),
        ({"pycm_api_admin": "root", "pycm_api_admin_password": ""}, ["PYCM_API_ADMIN_PASSWORD"]),
        ({"pycm_api_admin": "root", "pycm_api_admin_password": "x"}, None),
    ],
)
def test_the_start_says_which_settings_keep_administrators_out(
    capsys: pytest.CaptureFixture[str], administrator: dict[str, Any], missing: list[str] | None
) -> None:
    create_app(Settings.model_validate(SETTINGS | administrator))

    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(line["level"], line["missing"]) for line in lines] == ([("warning", missing)] if missing else [])


def test_no_dependency_of_the_api_is_resolved_in_a_task_of_its_own() -> None:
    app = create_app(Settings.model_validate(SETTINGS))
    models = {
        f"{method} {route.path}": model
        for route in app.routes
        for method, (_, model) in getattr(route, "route_handler_map", {}).items()
        # Pages read the form of a request beside who sent it, and are not so often asked for.
        if not route.path.startswith("/app/")
    }
    side_by_side = {
        name: [dependency.key for dependency in batch]
        for name, model in models.items()
        for batch in model.dependency_batches
        if len(batch) > 1
    }

    assert any(model.dependency_batches for model in models.values())
    assert side_by_side == {}
