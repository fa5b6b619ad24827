"""The canonical rows of a run: read, filtered, scanned and exported."""
