"""Texts as tables: their cells, their header and the roles of their columns."""
