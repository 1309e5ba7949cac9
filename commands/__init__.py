"""What a person can do in Slack, one subject a file."""
