"""The process: settings, the Slack edge, the clock, delivery and the command line."""
