"""The types that all parts of evaluation share."""

import numpy as np
from numpy.typing import NDArray

Label = int | float | str

# Arrays of any shape; a docstring says which.
Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]

# Of samples, or of their weights.
Counts = Integers | Floats
