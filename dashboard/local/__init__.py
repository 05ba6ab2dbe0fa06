"""What runs Signalbox on one machine: PostgreSQL, the web server, the tests. Production needs none of it."""
