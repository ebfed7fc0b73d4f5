"""Our processes behind a real pgbouncer: what works there, what does not, and that they say so."""
