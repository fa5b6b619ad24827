"""Background work: load, compute, store. No HTTP comes in here."""
