"""The error that ends the demo."""


class DemoFailed(Exception):
    """The service did not do what it promises; the message tells the difference."""
