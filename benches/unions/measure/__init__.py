"""The Python side of the benchmark of unions: it makes tables, asks the questions, and takes the time."""
