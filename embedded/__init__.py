"""The servers and processes of `make run` and `make test`: a real PostgreSQL and a real Valkey out of wheels, and a supervisor.

For development, tests and chaos runs. Production sets DATABASE_URL and REDIS_URL and has a supervisor of its own;
nothing under bot/, models/, jobs/ or handlers/ may import this package.
"""
