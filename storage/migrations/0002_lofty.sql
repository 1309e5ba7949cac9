-- What lead systems that keep an owner, know names, call back and take write-backs need; drafts of forms.

ALTER TABLE people ADD COLUMN email TEXT;

ALTER TABLE leads ADD COLUMN holder TEXT;
ALTER TABLE leads ADD COLUMN holder_name TEXT;
ALTER TABLE leads ADD COLUMN pond TEXT;
ALTER TABLE leads ADD COLUMN limits TEXT NOT NULL DEFAULT '';
ALTER TABLE leads ADD COLUMN private INTEGER NOT NULL DEFAULT 0;

ALTER TABLE connections ADD COLUMN hook_key TEXT;
ALTER TABLE connections ADD COLUMN hook BLOB;
CREATE UNIQUE INDEX connections_hook ON connections (hook_key) WHERE hook_key IS NOT NULL;

ALTER TABLE budgets ADD COLUMN allowed INTEGER;
ALTER TABLE budgets ADD COLUMN remaining INTEGER;
ALTER TABLE budgets ADD COLUMN resets_at TEXT;

CREATE TABLE tokens (
  workspace      TEXT NOT NULL,
  connection     TEXT NOT NULL,
  tokens         BLOB,
  renewing_until TEXT,
  PRIMARY KEY (workspace, connection),
  FOREIGN KEY (workspace, connection) REFERENCES connections (workspace, connection) ON DELETE CASCADE
);

CREATE TABLE consents (
  workspace  TEXT NOT NULL,
  state      TEXT NOT NULL,
  person     TEXT NOT NULL,
  body       BLOB NOT NULL,
  at         TEXT NOT NULL,
  PRIMARY KEY (workspace, state)
);
CREATE UNIQUE INDEX consents_state ON consents (state);

CREATE TABLE known (
  workspace  TEXT NOT NULL,
  connection TEXT NOT NULL,
  kind       TEXT NOT NULL,
  id         TEXT NOT NULL,
  name       TEXT NOT NULL,
  folded     TEXT NOT NULL,
  email      TEXT,
  seen_at    TEXT NOT NULL,
  PRIMARY KEY (workspace, connection, kind, id),
  FOREIGN KEY (workspace, connection) REFERENCES connections (workspace, connection) ON DELETE CASCADE
);
CREATE TABLE known_kinds (
  workspace  TEXT NOT NULL,
  connection TEXT NOT NULL,
  kind       TEXT NOT NULL,
  learned_at TEXT NOT NULL,
  trouble    TEXT,
  PRIMARY KEY (workspace, connection, kind),
  FOREIGN KEY (workspace, connection) REFERENCES connections (workspace, connection) ON DELETE CASCADE
);
CREATE TABLE members (
  workspace  TEXT NOT NULL,
  connection TEXT NOT NULL,
  member     TEXT NOT NULL,
  person     TEXT,
  set_by     TEXT NOT NULL,
  PRIMARY KEY (workspace, connection, member),
  FOREIGN KEY (workspace, connection) REFERENCES connections (workspace, connection) ON DELETE CASCADE
);

CREATE TABLE writes (
  workspace  TEXT NOT NULL,
  write      TEXT NOT NULL,
  seq        INTEGER NOT NULL,
  connection TEXT NOT NULL,
  lead       INTEGER NOT NULL,
  keeps      TEXT NOT NULL,
  body       BLOB NOT NULL,
  by         TEXT NOT NULL,
  state      TEXT NOT NULL,
  attempts   INTEGER NOT NULL DEFAULT 0,
  created_at TEXT NOT NULL,
  next_at    TEXT NOT NULL,
  sending_at TEXT,
  ended_at   TEXT,
  error      TEXT,
  PRIMARY KEY (workspace, write),
  FOREIGN KEY (workspace, lead) REFERENCES leads (workspace, number) ON DELETE CASCADE
);
CREATE INDEX writes_lead ON writes (workspace, lead, seq);
CREATE INDEX writes_open ON writes (workspace, connection, seq) WHERE state IN ('pending', 'sending', 'doubt');

CREATE TABLE pings (
  workspace   TEXT NOT NULL,
  connection  TEXT NOT NULL,
  external_id TEXT NOT NULL,
  at          TEXT NOT NULL,
  times       INTEGER NOT NULL DEFAULT 1,
  PRIMARY KEY (workspace, connection, external_id),
  FOREIGN KEY (workspace, connection) REFERENCES connections (workspace, connection) ON DELETE CASCADE
);

CREATE TABLE drafts (
  workspace TEXT NOT NULL,
  draft     TEXT NOT NULL,
  person    TEXT NOT NULL,
  body      BLOB NOT NULL,
  at        TEXT NOT NULL,
  PRIMARY KEY (workspace, draft)
);
CREATE TABLE recents (
  workspace  TEXT NOT NULL,
  person     TEXT NOT NULL,
  connection TEXT NOT NULL,
  action     TEXT NOT NULL,
  at         TEXT NOT NULL,
  PRIMARY KEY (workspace, person, connection, action),
  FOREIGN KEY (workspace, connection) REFERENCES connections (workspace, connection) ON DELETE CASCADE
);
