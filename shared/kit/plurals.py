"""Counts with their nouns in sentences."""


def form(count: float, one: str, many: str | None = None) -> str:
    """The form of a word that goes with a count: `one` with 1, else `many`, which is `one` and an s by default."""
    return one if count == 1 else many if many is not None else f"{one}s"


def counted(count: int, one: str, many: str | None = None) -> str:
    """The count, with commas between thousands, and its noun."""
    return f"{count:,} {form(count, one, many)}"


def there_are(count: int, one: str, many: str | None = None) -> str:
    """The beginning of a sentence that says how many there are."""
    return f"There {form(count, 'is', 'are')} {counted(count, one, many)}"
