"""Which errors a detector makes: confusion matrices and types of errors."""
