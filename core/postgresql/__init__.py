"""PostgreSQL as Django has it, with an end to waiting for a server that says nothing: named as the database engine."""
