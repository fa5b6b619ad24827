"""How often intervals hold the true value, and how often tests find what is not there and miss what is."""
