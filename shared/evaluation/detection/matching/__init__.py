"""Which objects of two sides are the same, and what became of each."""
