"""The key of an account, by its e-mail address and password."""

from evalserve.configuration import Configuration
from evalserve.connection import Connection
from evalserve.steps import Request, one


def sign_up(url: str, email: str, password: str) -> str:
    """Create an account at a service and return its API key; raises InputRefused where the address is taken."""
    return _key(url, "/sign_up", email, password)


def sign_in(url: str, email: str, password: str) -> str:
    """Return the API key of an account; raises NotPermitted where address or password are wrong."""
    return _key(url, "/sign_in", email, password)


def _key(url: str, path: str, email: str, password: str) -> str:
    connection = Connection(Configuration(url.rstrip("/"), ""))
    try:
        request = Request("POST", path, json={"email": email, "password": password})
        account = connection.hold(one(request)).json()
    finally:
        connection.close()
    key: str = account["api_key"]
    return key
