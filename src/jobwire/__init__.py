"""jobwire: collect job postings, enrich them, keep them as a change log, serve it, sync it."""

__version__ = "0.1.0"
