"""Postgres: connections, statements, and its errors as those of the service."""
