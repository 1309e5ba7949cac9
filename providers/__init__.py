"""Lead systems: one folder each, found by :func:`providers.provider.discover`."""
