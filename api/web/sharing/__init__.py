"""Share links, and the pages that they open."""
