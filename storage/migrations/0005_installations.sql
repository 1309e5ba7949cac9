-- Many workspaces: installations of the app, and what becomes of a workspace that removed it.

ALTER TABLE workspaces ADD COLUMN enterprise TEXT NOT NULL DEFAULT '';
ALTER TABLE workspaces ADD COLUMN stopped TEXT;
ALTER TABLE workspaces ADD COLUMN stopped_at TEXT;
ALTER TABLE workspaces ADD COLUMN delete_at TEXT;

CREATE TABLE installations (
  workspace      TEXT PRIMARY KEY,
  enterprise     TEXT NOT NULL DEFAULT '',
  name           TEXT NOT NULL DEFAULT '',
  app            TEXT NOT NULL DEFAULT '',
  bot_user       TEXT NOT NULL DEFAULT '',
  bot            TEXT NOT NULL DEFAULT '',
  scopes         TEXT NOT NULL DEFAULT '',
  installed_by   TEXT NOT NULL DEFAULT '',
  installed_at   TEXT NOT NULL,
  in_settings    INTEGER NOT NULL DEFAULT 0,
  tokens         BLOB,
  expires_at     TEXT,
  renewing_until TEXT,
  state          TEXT NOT NULL,
  trouble        TEXT,
  refused_at     TEXT,
  asked_at       TEXT,
  uninstalled_at TEXT
);

CREATE TABLE used_states (
  state TEXT PRIMARY KEY,
  at    TEXT NOT NULL
);
