"""The types that every wing of evaluation speaks of."""

Label = int | float | str
