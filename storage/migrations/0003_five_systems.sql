ALTER TABLE leads ADD COLUMN lookup TEXT;
ALTER TABLE leads ADD COLUMN price TEXT;
ALTER TABLE leads ADD COLUMN currency TEXT;
ALTER TABLE leads ADD COLUMN period TEXT;
ALTER TABLE leads ADD COLUMN move_in TEXT;
ALTER TABLE leads ADD COLUMN move_out TEXT;
ALTER TABLE leads ADD COLUMN email_key TEXT;
ALTER TABLE leads ADD COLUMN phone_key TEXT;
CREATE INDEX leads_email ON leads (workspace, email_key) WHERE email_key IS NOT NULL;
CREATE INDEX leads_phone ON leads (workspace, phone_key) WHERE phone_key IS NOT NULL;

-- What 0001 and 0002 stored as facets finds the same person, too.
UPDATE leads SET email_key = LOWER(TRIM(email)) WHERE TRIM(COALESCE(email, '')) <> '';
UPDATE leads SET phone_key = SUBSTR(facets, INSTR(facets, char(10) || 'phone=') + 7, 9)
  WHERE INSTR(facets, char(10) || 'phone=') > 0
  AND SUBSTR(facets, INSTR(facets, char(10) || 'phone=') + 7, 9) GLOB '[0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9]';

CREATE TABLE links (
  workspace TEXT NOT NULL,
  lead      INTEGER NOT NULL,
  other     INTEGER NOT NULL,
  decision  TEXT NOT NULL,
  by        TEXT NOT NULL,
  at        TEXT NOT NULL,
  PRIMARY KEY (workspace, lead, other),
  FOREIGN KEY (workspace, lead) REFERENCES leads (workspace, number) ON DELETE CASCADE,
  FOREIGN KEY (workspace, other) REFERENCES leads (workspace, number) ON DELETE CASCADE
);
CREATE INDEX links_other ON links (workspace, other);

ALTER TABLE pings ADD COLUMN record TEXT;
ALTER TABLE pings ADD COLUMN history INTEGER NOT NULL DEFAULT 0;

ALTER TABLE known ADD COLUMN mentioned INTEGER NOT NULL DEFAULT 0;

ALTER TABLE people ADD COLUMN locale TEXT NOT NULL DEFAULT '';

ALTER TABLE subscriptions ADD COLUMN presets TEXT NOT NULL DEFAULT '{}';

ALTER TABLE workspaces ADD COLUMN documents INTEGER NOT NULL DEFAULT 0;
CREATE TABLE sent_files (
  workspace TEXT NOT NULL,
  file      TEXT NOT NULL,
  lead      INTEGER,
  person    TEXT NOT NULL,
  delete_at TEXT NOT NULL,
  PRIMARY KEY (workspace, file)
);
CREATE INDEX sent_files_due ON sent_files (workspace, delete_at);
