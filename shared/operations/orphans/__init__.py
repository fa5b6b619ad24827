"""Orphans: objects in storage that no row refers to, marked at a first look and deleted at a later one.

Nothing is deleted unless the database and the bucket belong together (`installation`), nor while orphans are many
(`collection`). ADR 20 says why.
"""
