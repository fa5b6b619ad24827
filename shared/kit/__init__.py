"""The foundation of every part: settings, database, errors, clock, ids, logging."""
