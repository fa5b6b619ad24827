"""Scenes: the objects of both sides on every image, and the rules by which they are compared."""
