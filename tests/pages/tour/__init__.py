"""Photographs of the pages for the documentation: an account with much in it, and a browser that goes through it."""
