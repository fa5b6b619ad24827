"""Attacks on a running service, with bounds, and what a bystander sees of them."""
