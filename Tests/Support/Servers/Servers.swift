// PostgreSQL and Redis for tests.
