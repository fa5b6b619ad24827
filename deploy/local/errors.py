"""What can keep the stack from starting."""


class CannotStart(Exception):
    """Something outside the program is in the way; the message says what to change."""


class NotReady(Exception):
    """The server does not answer yet."""
