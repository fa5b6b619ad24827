"""E-mail addresses, which identify accounts at sign-in."""

import re

# Any text, an at sign, and a name with a dot: no pattern can decide whether mail arrives.
PLAUSIBLE = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
