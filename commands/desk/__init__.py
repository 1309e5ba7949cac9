"""The desk's decisions: pure functions of values, no I/O."""
