"""What is kept: one SQLite file, one writer, functions named for what they mean."""
