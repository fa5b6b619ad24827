"""Reading large tables in a process of its own: `python -m api.web.table_reading`, a call in, its result out.

The rules that read tables look at every cell in Python, for seconds, and hold dozens of bytes for each; with the
process these go.
"""
