"""A province with known truth, for rehearsals, tests and benchmarks."""
