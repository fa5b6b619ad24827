"""What the api and the worker both need; imports neither."""

__version__ = "0.1.0"
