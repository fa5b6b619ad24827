"""Pages of the account: the way in, keys, security, and the way out."""
