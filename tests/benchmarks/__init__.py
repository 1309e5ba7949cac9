"""Benchmarks: ``make bench``. Each is a ratio to a floor, or to an idle bot, measured in the same run."""
