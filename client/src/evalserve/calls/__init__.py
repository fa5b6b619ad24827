"""Calls of the API, a module for each noun, as conversations that both clients hold."""
