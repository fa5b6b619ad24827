"""S3-compatible storage, and links to what it holds."""
