"""The types that all parts of evaluation share."""

import numpy as np
from numpy.typing import NDArray

Label = int | float | str

Counts = NDArray[np.int64] | NDArray[np.float64]
