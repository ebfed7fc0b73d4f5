"""Several machines: web, workers, PostgreSQL and Redis each in a network namespace of its own, joined by a switch that can be cut."""
