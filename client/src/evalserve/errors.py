"""Errors of the client, by what one can do about them."""

from collections.abc import Mapping, Sequence
from typing import Any

# 4xx statuses that say something about the account and not about the input.
_OF_ACCOUNT = {401, 403, 429}
# Two runs that cannot be paired name twenty samples of each; all of them stay in `problem`.
_MOST_FAULTS = 6


class EvalserveError(Exception):
    """An error of this client or of the service."""


class NotConfigured(EvalserveError):
    """The address of the service or the API key is missing."""


class ServiceUnavailable(EvalserveError):
    """The service cannot be reached, or could not answer."""


class NotPermitted(EvalserveError):
    """The API key is wrong, has expired, lacks the scope, or has used up what it may.

    `problem` is what the service answered (RFC 9457).
    """

    def __init__(self, message: str, problem: Mapping[str, Any]) -> None:
        super().__init__(message)
        self.problem = dict(problem)


class InputRefused(EvalserveError):
    """The data, or what was said of them, cannot be evaluated; the message says what to change.

    `problem` is what the service answered (RFC 9457); empty if the client saw it already.
    """

    def __init__(self, message: str, problem: Mapping[str, Any] | None = None) -> None:
        super().__init__(message)
        self.problem = dict(problem or {})


class NeedsMapping(InputRefused):
    """The columns leave open what they are; `questions` are those of the service, and `asked` their sentences."""

    def __init__(self, run_id: str, questions: Sequence[Mapping[str, Any]]) -> None:
        sentences = "\n".join(f"- {question['detail']}" for question in questions)
        self.asked = f"The service cannot tell what the columns are:\n{sentences}"
        super().__init__(
            f"{self.asked}\n"
            "Say it with y_true, y_pred, y_score, id, slices or positive, or with columns={...}, such as header."
        )
        self.run_id = run_id
        self.questions = [dict(question) for question in questions]


def of_answer(status: int, problem: Mapping[str, Any]) -> EvalserveError:
    """Return the error of an answer that is no success."""
    message = message_of(problem) or f"The service answered with status {status}."
    if status >= 500:  # noqa: PLR2004 -- the statuses that blame the server
        return ServiceUnavailable(message)
    return NotPermitted(message, problem) if status in _OF_ACCOUNT else InputRefused(message, problem)


def message_of(problem: Mapping[str, Any]) -> str:
    """Return the sentences of a problem: its detail, and the first faults with their places."""
    faults = [str(fault.get("detail", "")) for fault in problem.get("errors", []) if isinstance(fault, Mapping)]
    detail = str(problem.get("detail") or problem.get("title") or "")
    further = list(dict.fromkeys(fault for fault in faults if fault not in detail))
    more = [f"... and {len(further) - _MOST_FAULTS} more like these."] if len(further) > _MOST_FAULTS else []
    return "\n".join([detail, *further[:_MOST_FAULTS], *more]).strip()
