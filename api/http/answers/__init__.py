"""Answers: JSON, files and ranges of them, problems, and what the OpenAPI document says of each."""
