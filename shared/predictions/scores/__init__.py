"""Columns of scores: the class of each, and the weights beside them."""
