-- When an organisation last gave the app to this workspace, or took it away: what Slack says late of an earlier change counts no more.
ALTER TABLE workspaces ADD COLUMN access_at TEXT;
