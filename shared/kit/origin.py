"""The origin of the work of this context: which account, by which key, from which address."""

from contextvars import ContextVar
from dataclasses import dataclass

NOBODY = "nobody"


@dataclass(slots=True)
class Origin:
    """Who asks, and from where; filled in as far as a request has been authenticated."""

    address: str | None = None
    # The service as the client names it, such as https://evalserve.example.com.
    base_url: str | None = None
    account_id: int | None = None
    key_id: str | None = None
    # The name of the settings' administrator, who has no account.
    administrator: str | None = None

    @property
    def actor(self) -> str:
        """Who acts, as a text for lists and logs."""
        if self.administrator is not None:
            return f"administrator {self.administrator}"
        return NOBODY if self.account_id is None else f"account {self.account_id}"


_origin: ContextVar[Origin | None] = ContextVar("origin", default=None)


def begin(address: str | None, base_url: str | None = None) -> Origin:
    """Begin the work of a request; the origin is the same object in every task that the request starts."""
    origin = Origin(address, base_url)
    _origin.set(origin)
    return origin


def current() -> Origin:
    """Return the origin of the present work; an empty one outside requests."""
    return _origin.get() or Origin()
