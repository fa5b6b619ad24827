"""Code of both the api and the worker; imports neither."""

__version__ = "0.1.0"
