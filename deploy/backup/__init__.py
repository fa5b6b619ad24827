"""Backup and restore of the service: a dump of the database, and a copy of every object in the bucket."""
