"""Long runs with random faults: ``make soak``."""
