"""The PyCM REST API: accounts, matrices, comparisons, multi-label and curves as its clients know them."""
