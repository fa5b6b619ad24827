"""The sets of rules by which detectors are judged."""
