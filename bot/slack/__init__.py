"""Slack's edge: requests in, answers and calls out."""
