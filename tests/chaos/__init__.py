"""Checks that nothing is lost or done twice when every process may die: `make chaos`."""
