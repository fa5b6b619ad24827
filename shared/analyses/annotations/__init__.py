"""Annotations: their types, validation, formats, and how they are stored and read."""
