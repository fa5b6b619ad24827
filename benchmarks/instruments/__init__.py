"""What the measurements share: builds that run, accounts, clocks, load and tables."""
