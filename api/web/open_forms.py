"""Forms that store all their fields: whoever saves over what was saved meanwhile is told first."""

import hashlib
from typing import TypeVar

import msgspec

from api.web.forms import Form
from shared.kit.errors import Fault, InvalidInput

Details = TypeVar("Details", bound=msgspec.Struct)


def state_of(description: msgspec.Struct) -> str:
    """Return a digest of details, by which a form knows whether they are still those that it showed."""
    return hashlib.sha256(msgspec.json.encode(description)).hexdigest()[:16]


def replaced(current: Details, description: Details, form: Form) -> Details:
    """Return the new details; raises InvalidInput where others were saved since the form was opened."""
    if form.texts.get("seen", state_of(current)) != state_of(current):
        raise InvalidInput(Fault("/seen", "somebody saved other details after you opened this form; save again."))
    return description
