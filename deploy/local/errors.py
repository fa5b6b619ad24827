"""Errors that keep the stack from starting."""


class CannotStart(Exception):
    """The environment does not allow a start; the message says what to change."""


class NotReady(Exception):
    """The server does not answer yet."""
