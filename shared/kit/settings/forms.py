"""Written forms of environment variables: a list with commas, an object as JSON, an empty text for none."""

import json

from pydantic import BeforeValidator


def _split(value: object) -> object:
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


def _decode(value: object) -> object:
    return json.loads(value) if isinstance(value, str) else value


CommaSeparated = BeforeValidator(_split)
AsJson = BeforeValidator(_decode)

# A variable that is set to an empty text counts as unset.
Optional = BeforeValidator(lambda value: value or None)
