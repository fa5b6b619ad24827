"""Callbacks of pipelines: signatures, authentication, and one function for each."""
