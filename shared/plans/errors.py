"""What can go wrong with plans."""

from http import HTTPStatus

import msgspec

from shared.kit.errors import DomainError, Problem


class LimitProblem(Problem, frozen=True, omit_defaults=True):
    """A problem with the limit's name, under the member that the RateLimit draft has for it."""

    violated_policies: list[str] = msgspec.field(name="violated-policies", default_factory=list)


class LimitReached(DomainError):
    """A limit of the account's plan is reached; wait, or ask for another plan."""

    status, code = HTTPStatus.TOO_MANY_REQUESTS, "limit-reached"

    # The name that the RateLimit headers give to the limit.
    policy = ""

    def problem(self) -> Problem:
        """The problem with the limit's name."""
        return LimitProblem(**msgspec.structs.asdict(super().problem()), violated_policies=[self.policy])


class RateLimitReached(LimitReached):
    """The account's plan allows fewer calls a second; wait as long as Retry-After says."""

    code = "rate-limit-reached"
    policy = "second"


class MonthUsedUp(LimitReached):
    """The calls of the account's plan for this month are used up; ask the administrator for credit or another plan."""

    code = "month-used-up"
    policy = "month"


class AccountNotFound(DomainError):
    """There is no account with this id."""

    status, code = HTTPStatus.NOT_FOUND, "account-not-found"
