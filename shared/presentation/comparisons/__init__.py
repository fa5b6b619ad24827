"""Models side by side: matrices that are compared, the differences of runs, and the checks of gates."""
