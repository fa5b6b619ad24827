"""The bytes of bodies that one process holds at once."""

from http import HTTPStatus

from shared.kit.errors import DomainError

# So few bytes are read in less time than a refusal is worth, and take no part.
FREE_BYTES = 64 * 1024

_RETRY_AFTER_S = 2


class BodiesTooMany(DomainError):
    """The service is reading as many large request bodies as it can hold; try again shortly."""

    status, code = HTTPStatus.SERVICE_UNAVAILABLE, "bodies-too-many"

    def __init__(self) -> None:
        super().__init__(retry_after_s=_RETRY_AFTER_S)


class BodyBudget:
    """Counts the bytes of the bodies that are held; small ones are not counted."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._used = 0

    @property
    def used(self) -> int:
        """The bytes that are held now."""
        return self._used

    def exchange(self, held: int, wanted: int) -> int:
        """Hold `wanted` bytes instead of `held`, and return them; raises BodiesTooMany.

        A body that is alone is always held, so that the largest one passes whatever the limit is.
        """
        wanted = wanted if wanted > FREE_BYTES else 0
        others = self._used - held
        if wanted > held and others and others + wanted > self._limit:
            raise BodiesTooMany
        self._used = others + wanted
        return wanted
