"""What every part stands on: settings, database, errors, clock, ids, logging."""
