"""The whole service from outside, as its users start and meet it."""
