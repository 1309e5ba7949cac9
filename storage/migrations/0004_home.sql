-- When somebody of this workspace took a lead for the first time.
ALTER TABLE workspaces ADD COLUMN tried_at TEXT;
UPDATE workspaces SET tried_at = (SELECT MIN(l.first_owned_at) FROM leads l WHERE l.workspace = workspaces.workspace
  AND (l.assigned_by IS NULL OR l.assigned_by <> 'there'));

CREATE TABLE homes (
  workspace TEXT NOT NULL,
  person    TEXT NOT NULL,
  opened_at TEXT NOT NULL,
  wanted    INTEGER NOT NULL DEFAULT 1,
  drawn     INTEGER NOT NULL DEFAULT 0,
  shown     TEXT,
  attempts  INTEGER NOT NULL DEFAULT 0,
  next_at   TEXT NOT NULL,
  PRIMARY KEY (workspace, person)
);
CREATE INDEX homes_due ON homes (workspace, next_at) WHERE wanted > drawn;

CREATE INDEX messages_place ON messages (workspace, posted_in, ts) WHERE ts IS NOT NULL;
CREATE INDEX messages_welcome ON messages (workspace) WHERE kind = 'welcome';
