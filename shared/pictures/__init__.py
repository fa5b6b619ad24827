"""Pictures as bytes: what their headers announce, and their decoding. Pure; what decodes is run in a child process."""
