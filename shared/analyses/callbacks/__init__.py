"""Callbacks of pipelines: their signatures, their authentication, and what each does."""
