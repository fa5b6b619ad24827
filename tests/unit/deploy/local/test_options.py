import argparse
from pathlib import Path

import pytest

from deploy.local.credentials import Credentials
from deploy.local.errors import CannotStart
from deploy.local.options import PROJECT, Options, add_options, check_outside, embedded, options, service_environment
from deploy.local.run import WEBHOOK_TIMEOUT_S
from shared.kit.settings import Settings

STACK = {"DATABASE_URL": "postgresql://stack", "S3_ENDPOINT_URL": "http://stack", "S3_BUCKET": "evalserve"}


def parsed(arguments: list[str], environment: dict[str, str]) -> Options:
    parser = argparse.ArgumentParser()
    add_options(parser)
    return options(parser.parse_args(arguments), environment)


def test_everything_has_a_default() -> None:
    assert parsed([], {}) == Options(PROJECT / ".run/data", "127.0.0.1", 8000, 2, 2)


def test_the_command_line_wins_over_the_environment() -> None:
    environment = {"DATA_DIR": "/e", "HOST": "::", "PORT": "1", "API_WORKERS": "3", "WORKER_CONCURRENCY": "4"}
    assert parsed([], environment) == Options(Path("/e"), "::", 1, 3, 4)
    assert parsed(["--data-dir", "/c", "--host", "h", "--port", "2"], environment) == Options(Path("/c"), "h", 2, 3, 4)


@pytest.mark.parametrize("port", ["0", "65536", "-1", "http", "8e3", "٣"])
def test_a_port_that_is_none_is_refused(port: str) -> None:
    with pytest.raises(CannotStart, match="PORT must be a whole number from 1 to 65535"):
        parsed([], {"PORT": port})


@pytest.mark.parametrize(
    ("host", "url"),
    [("127.0.0.1", "http://127.0.0.1:80"), ("0.0.0.0", "http://127.0.0.1:80"), ("::", "http://[::1]:80")],
)
def test_the_url_is_one_that_this_machine_reaches(host: str, url: str) -> None:
    assert Options(Path("/d"), host, 80, 1, 1).url == url


def test_servers_named_by_the_environment_are_not_embedded() -> None:
    assert embedded({}) == {"postgres", "valkey", "s3"}
    assert embedded({"DATABASE_URL": "postgresql://x", "REDIS_URL": ""}) == {"valkey", "s3"}


def test_storage_from_outside_needs_its_keys() -> None:
    check_outside({})
    check_outside({"S3_ENDPOINT_URL": "http://x", "S3_ACCESS_KEY_ID": "a", "S3_SECRET_ACCESS_KEY": "b"})
    with pytest.raises(CannotStart, match="S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY must be set too"):
        check_outside({"S3_ENDPOINT_URL": "http://x", "S3_ACCESS_KEY_ID": "a"})


def test_the_users_settings_win_except_where_a_server_is_embedded() -> None:
    user = {
        "DATABASE_URL": "",
        "PGHOST": "elsewhere",
        "AWS_PROFILE": "production",
        "S3_ACCESS_KEY_ID": "mine",
        "S3_BUCKET": "chosen",
        "PYCM_API_ADMIN": "root",
        "LOG_LEVEL": "DEBUG",
        "NO_PROXY": "example.com",
    }
    credentials = Credentials()
    assert service_environment(user, STACK, credentials, host="127.0.0.1") == {
        "DATABASE_URL": "postgresql://stack",
        "S3_ENDPOINT_URL": "http://stack",
        "S3_BUCKET": "chosen",
        "PYCM_API_ADMIN": "root",
        "PYCM_API_ADMIN_PASSWORD": credentials.admin_password,
        "ML_CALLBACK_HMAC_SECRET": credentials.ml_callback_secret,
        "WEBHOOK_ALLOW_NETS": "127.0.0.0/8,::1/128",
        "SHUTDOWN_GRACE_S": "2",
        "PYTHONUNBUFFERED": "1",
        "LOG_LEVEL": "DEBUG",
        "NO_PROXY": "example.com,127.0.0.1,localhost",
        "no_proxy": "127.0.0.1,localhost",
    }


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "example.com"])
def test_webhooks_do_not_reach_this_machine_when_others_reach_the_service(host: str) -> None:
    assert "WEBHOOK_ALLOW_NETS" not in service_environment({}, STACK, Credentials(), host=host)
    nets = {"WEBHOOK_ALLOW_NETS": "10.0.0.0/8"}
    assert nets.items() <= service_environment(nets, STACK, Credentials(), host=host).items()


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1.2.3", "::1", "localhost"])
def test_webhooks_reach_this_machine_when_nobody_else_reaches_the_service(host: str) -> None:
    environment = service_environment({}, STACK, Credentials(), host=host)
    assert environment["WEBHOOK_ALLOW_NETS"] == "127.0.0.0/8,::1/128"


def test_a_client_of_an_outside_server_keeps_all_its_variables() -> None:
    user = {
        "DATABASE_URL": "postgresql://x",
        "PGSSLMODE": "require",
        "S3_ENDPOINT_URL": "http://x",
        "AWS_CA_BUNDLE": "/c",
    }
    given = service_environment(user, {}, Credentials(), host="127.0.0.1")
    assert user.items() <= given.items()


def test_the_last_delivery_is_waited_for_as_long_as_the_setting_says() -> None:
    assert Settings.model_fields["webhook_timeout_s"].default == WEBHOOK_TIMEOUT_S
