"""The caller's account: its password, and leaving."""
