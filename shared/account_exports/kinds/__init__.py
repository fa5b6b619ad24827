"""The kind of job of exports of accounts."""
