"""Requests to the service, and where it is, with the key for it."""
