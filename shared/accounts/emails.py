"""E-mail addresses, by which accounts are named."""

import re

# Something, an at sign, and a name with a dot: whether mail arrives is not decided by a pattern.
PLAUSIBLE = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
