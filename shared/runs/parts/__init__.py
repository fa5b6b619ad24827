"""Large files in parts: where they are cut, what a part says of its rows, and how the parts become one run."""
