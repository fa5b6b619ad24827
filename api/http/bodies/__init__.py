"""Bodies of requests: received within limits, inflated, decoded and checked."""
