"""Deployment of the service."""
