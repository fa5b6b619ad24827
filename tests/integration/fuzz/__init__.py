"""Requests that nobody would write, over a real socket."""
