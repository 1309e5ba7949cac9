-- Leadbell's tables as they stand after the newest migration (a test proves that they are equal).
-- The workspace is the first key of every table. Times are ISO 8601 in UTC with milliseconds, so that they
-- sort as text and an operator can read them. Encrypted columns are BLOBs (see vault.py).

-- One row a Slack workspace.
CREATE TABLE workspaces (
  workspace        TEXT PRIMARY KEY,
  name             TEXT NOT NULL DEFAULT '',
  created_at       TEXT NOT NULL,
  next_number      INTEGER NOT NULL DEFAULT 1001,  -- of lead references: KP-1001
  next_seq         INTEGER NOT NULL DEFAULT 1,     -- order of deliveries
  sensitive_fields INTEGER NOT NULL DEFAULT 0,     -- an admin allows sensitive inputs in intake modals
  documents        INTEGER NOT NULL DEFAULT 0,     -- an admin allows that leads' documents are sent to their owners
  tried_at         TEXT,                           -- somebody of it took a lead for the first time
  enterprise       TEXT NOT NULL DEFAULT '',       -- of Enterprise Grid: E…
  stopped          TEXT,                           -- revoked, uninstalled: nothing is done for it; NULL: at work
  stopped_at       TEXT,
  delete_at        TEXT,                           -- all of it is deleted then; NULL: never
  access_at        TEXT                            -- its organisation last gave or took the app then; earlier news of that is late
);

-- One row an installation of the app, under the workspace's id, or under the organisation's (E…) where all of an
-- Enterprise Grid organisation installed it.
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
  in_settings    INTEGER NOT NULL DEFAULT 0,  -- 1: its token is SLACK_BOT_TOKEN, and stored nowhere
  tokens         BLOB,                        -- bot token and refresh token; NULL: in the settings, or wiped
  expires_at     TEXT,                        -- of the bot token; NULL: never
  renewing_until TEXT,                        -- a process is exchanging the refresh token
  state          TEXT NOT NULL,               -- active, revoked (Slack refuses the token), uninstalled
  trouble        TEXT,                        -- what Slack said
  refused_at     TEXT,
  asked_at       TEXT,                        -- when Slack was asked last whether it takes a refused token again
  uninstalled_at TEXT
);

-- What Slack said of people and channels, kept for an hour.
CREATE TABLE people (
  workspace  TEXT NOT NULL,
  person     TEXT NOT NULL,
  name       TEXT NOT NULL,
  is_admin   INTEGER NOT NULL,
  is_guest   INTEGER NOT NULL,
  is_bot     INTEGER NOT NULL,
  zone       TEXT NOT NULL,
  dm_channel TEXT,
  seen_at    TEXT NOT NULL,
  email      TEXT,                        -- folded; finds the lead systems' member who it is
  locale     TEXT NOT NULL DEFAULT '',    -- en-GB: how money and days are written for them; '' not told
  PRIMARY KEY (workspace, person)
);
CREATE TABLE channels (
  workspace    TEXT NOT NULL,
  channel      TEXT NOT NULL,
  name         TEXT NOT NULL,
  has_outsiders INTEGER NOT NULL,
  is_member    INTEGER NOT NULL,
  seen_at      TEXT NOT NULL,
  PRIMARY KEY (workspace, channel)
);
-- Whose Home tab was opened lately: what concerns them is published there anew, as well as can be.
CREATE TABLE homes (
  workspace TEXT NOT NULL,
  person    TEXT NOT NULL,
  opened_at TEXT NOT NULL,
  wanted    INTEGER NOT NULL DEFAULT 1,  -- grows with whatever concerns the person
  drawn     INTEGER NOT NULL DEFAULT 0,  -- as far as that was published
  shown     TEXT,                        -- digest of what is published; NULL: not known
  attempts  INTEGER NOT NULL DEFAULT 0,
  next_at   TEXT NOT NULL,               -- not before
  PRIMARY KEY (workspace, person)
);
CREATE INDEX homes_due ON homes (workspace, next_at) WHERE wanted > drawn;

-- One workspace's credentials for one lead system, and how far it has been read.
CREATE TABLE connections (
  workspace     TEXT NOT NULL,
  connection    TEXT NOT NULL,
  name          TEXT NOT NULL,
  provider      TEXT NOT NULL,
  credentials   BLOB NOT NULL,
  settings      TEXT NOT NULL,
  state         TEXT NOT NULL,            -- active, paused, removing
  connected_by  TEXT NOT NULL,
  connected_at  TEXT NOT NULL,
  begun_at      TEXT,                     -- of the first poll; NULL until then
  cursor        TEXT,                     -- newest creation time seen (the provider's clock)
  history_until TEXT,                     -- older leads are still to be read from here; NULL: done or not begun
  sweep_from    TEXT,                     -- a sweep for changes goes on from here; NULL: none is under way
  swept_at      TEXT,
  polled_at     TEXT,
  succeeded_at  TEXT,
  failure       TEXT,                     -- why the last poll failed; NULL: it did not
  failures      INTEGER NOT NULL DEFAULT 0,
  next_poll_at  TEXT NOT NULL,
  lag_seconds   REAL,                     -- of the newest lead: from created there to stored here
  unreadable    INTEGER NOT NULL DEFAULT 0,
  hook_key      TEXT,                     -- digest of the secret in its webhook's path
  hook          BLOB,                     -- the secret and the subscription there
  PRIMARY KEY (workspace, connection)
);
CREATE UNIQUE INDEX connections_name ON connections (workspace, name);
CREATE UNIQUE INDEX connections_hook ON connections (hook_key) WHERE hook_key IS NOT NULL;
CREATE TABLE budgets (
  workspace     TEXT NOT NULL,
  connection    TEXT NOT NULL,
  tokens        REAL NOT NULL,
  refilled_at   TEXT NOT NULL,
  blocked_until TEXT,
  allowed       INTEGER,                  -- what the lead system said: calls a window,
  remaining     INTEGER,                  -- how many are left,
  resets_at     TEXT,                     -- and when the next window begins
  PRIMARY KEY (workspace, connection),
  FOREIGN KEY (workspace, connection) REFERENCES connections (workspace, connection) ON DELETE CASCADE
);

-- Leads. The unique key decides what is new.
CREATE TABLE leads (
  workspace    TEXT NOT NULL,
  number       INTEGER NOT NULL,
  connection   TEXT NOT NULL,
  external_id  TEXT NOT NULL,
  fingerprint  BLOB NOT NULL,
  created_at   TEXT NOT NULL,             -- the provider's
  updated_at   TEXT,
  arrived_at   TEXT NOT NULL,             -- here
  external_ref TEXT,
  customer_id  TEXT,
  title        TEXT,
  first_name   TEXT,
  last_name    TEXT,
  email        TEXT,
  phone        TEXT,
  source       TEXT,
  source_name  TEXT,
  stage        TEXT NOT NULL,
  stage_raw    TEXT,
  eligibility  TEXT,
  enquiry      TEXT,
  schemes      TEXT NOT NULL,
  place        TEXT,
  subject      TEXT,
  details      TEXT NOT NULL,             -- JSON: [[label, value, privacy], ...]
  facets       TEXT NOT NULL,             -- casefolded lines "facet=value", for filters
  search       TEXT NOT NULL,             -- casefolded public words, for free text
  owner        TEXT,
  owned_at     TEXT,
  assigned_by  TEXT,
  first_owned_at TEXT,                    -- time to claim is counted to here
  contacted_at TEXT,
  contacted_by TEXT,
  history      INTEGER NOT NULL DEFAULT 0,  -- 1: there before the connection was made; alerted nobody
  version      INTEGER NOT NULL DEFAULT 1,
  holder       TEXT,                      -- who has it in the lead system: a member's id; '' nobody, NULL not told
  holder_name  TEXT,
  pond         TEXT,                      -- the shared pool that it lies in there
  limits       TEXT NOT NULL DEFAULT '',  -- how not to contact: call,text,email,marketing
  private      INTEGER NOT NULL DEFAULT 0,  -- 1: never shown in a channel
  lookup       TEXT,                      -- what else its lead system finds it by
  price        TEXT,                      -- a decimal number
  currency     TEXT,                      -- ISO 4217
  period       TEXT,                      -- night, week, month, year, stay; what the price is paid for
  move_in      TEXT,                      -- days
  move_out     TEXT,
  email_key    TEXT,                      -- folded; finds the same person's other leads
  phone_key    TEXT,                      -- the last nine digits; finds candidates, E.164 decides
  PRIMARY KEY (workspace, number),
  FOREIGN KEY (workspace, connection) REFERENCES connections (workspace, connection) ON DELETE CASCADE
);
CREATE UNIQUE INDEX leads_identity ON leads (workspace, connection, external_id);
CREATE INDEX leads_created ON leads (workspace, created_at);
CREATE INDEX leads_unclaimed ON leads (workspace, created_at, number) WHERE owner IS NULL;
CREATE INDEX leads_owner ON leads (workspace, owner) WHERE owner IS NOT NULL;
CREATE INDEX leads_customer ON leads (workspace, connection, customer_id, created_at);
CREATE INDEX leads_arrived ON leads (workspace, arrived_at) WHERE history = 0;
CREATE INDEX leads_email ON leads (workspace, email_key, created_at, number) WHERE email_key IS NOT NULL;
CREATE INDEX leads_phone ON leads (workspace, phone_key, created_at, number) WHERE phone_key IS NOT NULL;
-- What somebody decided of two leads of one person (lead < other): take them together, or keep them apart.
CREATE TABLE links (
  workspace TEXT NOT NULL,
  lead      INTEGER NOT NULL,
  other     INTEGER NOT NULL,
  decision  TEXT NOT NULL,                -- together, apart
  by        TEXT NOT NULL,
  at        TEXT NOT NULL,
  PRIMARY KEY (workspace, lead, other),
  FOREIGN KEY (workspace, lead) REFERENCES leads (workspace, number) ON DELETE CASCADE,
  FOREIGN KEY (workspace, other) REFERENCES leads (workspace, number) ON DELETE CASCADE
);
CREATE INDEX links_other ON links (workspace, other);
CREATE TABLE notes (
  workspace TEXT NOT NULL,
  note      TEXT NOT NULL,
  lead      INTEGER NOT NULL,
  author    TEXT NOT NULL,
  at        TEXT NOT NULL,
  body      TEXT NOT NULL,
  PRIMARY KEY (workspace, note),
  FOREIGN KEY (workspace, lead) REFERENCES leads (workspace, number) ON DELETE CASCADE
);
CREATE INDEX notes_lead ON notes (workspace, lead, at);

-- Which channel is told of which leads.
CREATE TABLE subscriptions (
  workspace    TEXT NOT NULL,
  subscription TEXT NOT NULL,
  connection   TEXT,                      -- NULL: every connection
  words        TEXT NOT NULL,             -- the filter, as typed
  channel      TEXT NOT NULL,
  masked       INTEGER NOT NULL,
  approval     INTEGER NOT NULL,
  approvers    TEXT NOT NULL,             -- JSON list of people
  created_by   TEXT NOT NULL,
  created_at   TEXT NOT NULL,
  trouble      TEXT,                      -- why its channel cannot be posted to; NULL: it can
  presets      TEXT NOT NULL DEFAULT '{}',  -- JSON: what forms of new leads begin with in its channel
  PRIMARY KEY (workspace, subscription),
  FOREIGN KEY (workspace, connection) REFERENCES connections (workspace, connection) ON DELETE CASCADE
);
-- A lead alerts once for each subscription, whatever happens: this key decides.
CREATE TABLE alerts (
  workspace    TEXT NOT NULL,
  lead         INTEGER NOT NULL,
  subscription TEXT NOT NULL,
  at           TEXT NOT NULL,
  PRIMARY KEY (workspace, lead, subscription),
  FOREIGN KEY (workspace, lead) REFERENCES leads (workspace, number) ON DELETE CASCADE
);

-- What was posted, and which leads it shows.
CREATE TABLE messages (
  workspace  TEXT NOT NULL,
  message    TEXT NOT NULL,
  kind       TEXT NOT NULL,               -- card, handover, ask, digest, summary, welcome
  channel    TEXT NOT NULL,               -- a channel, or a person for a direct message
  ts         TEXT,                        -- NULL until delivered
  posted_in  TEXT,                        -- the channel Slack answered with
  thread     INTEGER NOT NULL DEFAULT 0,  -- 1: this copy holds the lead's thread
  subject    TEXT,                        -- a request's id (ask)
  created_at TEXT NOT NULL,
  PRIMARY KEY (workspace, message)
);
CREATE INDEX messages_place ON messages (workspace, posted_in, ts) WHERE ts IS NOT NULL;
CREATE INDEX messages_welcome ON messages (workspace) WHERE kind = 'welcome';
CREATE TABLE message_leads (
  workspace TEXT NOT NULL,
  message   TEXT NOT NULL,
  lead      INTEGER NOT NULL,
  PRIMARY KEY (workspace, message, lead),
  FOREIGN KEY (workspace, message) REFERENCES messages (workspace, message) ON DELETE CASCADE,
  FOREIGN KEY (workspace, lead) REFERENCES leads (workspace, number) ON DELETE CASCADE
);
CREATE INDEX message_leads_lead ON message_leads (workspace, lead, message);

-- Claims and assignments that wait for an approver. At most one waits for each lead.
CREATE TABLE requests (
  workspace  TEXT NOT NULL,
  request    TEXT NOT NULL,
  lead       INTEGER NOT NULL,
  person     TEXT NOT NULL,               -- who is to own it
  asked_by   TEXT NOT NULL,
  asked_at   TEXT NOT NULL,
  approvers  TEXT NOT NULL,               -- JSON list of people
  state      TEXT NOT NULL,               -- waiting, approved, rejected, withdrawn, overtaken
  decided_by TEXT,
  decided_at TEXT,
  reason     TEXT,
  PRIMARY KEY (workspace, request),
  FOREIGN KEY (workspace, lead) REFERENCES leads (workspace, number) ON DELETE CASCADE
);
CREATE INDEX requests_lead ON requests (workspace, lead);
CREATE UNIQUE INDEX requests_waiting ON requests (workspace, lead) WHERE state = 'waiting';

-- Who did what, when. Holds no contact data.
CREATE TABLE audit (
  workspace TEXT NOT NULL,
  entry     TEXT NOT NULL,
  at        TEXT NOT NULL,
  actor     TEXT NOT NULL,
  what      TEXT NOT NULL,
  lead      INTEGER,
  facts     TEXT NOT NULL,                -- JSON
  PRIMARY KEY (workspace, entry)
);
CREATE INDEX audit_lead ON audit (workspace, lead, at);

-- What must reach Slack: written in the transaction that caused it, rendered when it is delivered.
CREATE TABLE outbox (
  workspace  TEXT NOT NULL,
  delivery   TEXT NOT NULL,
  seq        INTEGER NOT NULL,
  kind       TEXT NOT NULL,               -- post, refresh, line
  lane       TEXT NOT NULL,               -- the channel or person: delivered in order within it
  message    TEXT,
  body       BLOB NOT NULL,
  state      TEXT NOT NULL,               -- pending, sending, doubt, sent, parked
  attempts   INTEGER NOT NULL DEFAULT 0,
  created_at TEXT NOT NULL,
  next_at    TEXT NOT NULL,
  sending_at TEXT,
  sent_at    TEXT,
  error      TEXT,
  PRIMARY KEY (workspace, delivery)
);
CREATE INDEX outbox_message ON outbox (workspace, message);
CREATE INDEX outbox_open ON outbox (workspace, lane, seq) WHERE state IN ('pending', 'sending', 'doubt');
CREATE UNIQUE INDEX outbox_refresh ON outbox (workspace, message) WHERE kind = 'refresh' AND state = 'pending';

-- Digests: what is due, and the local date that was sent last.
CREATE TABLE schedules (
  workspace  TEXT NOT NULL,
  schedule   TEXT NOT NULL,
  channel    TEXT NOT NULL,
  days       TEXT NOT NULL,               -- mon,tue,...
  at         TEXT NOT NULL,               -- HH:MM in the zone
  zone       TEXT NOT NULL,
  created_by TEXT NOT NULL,
  created_at TEXT NOT NULL,
  next_at    TEXT NOT NULL,
  last_date  TEXT,
  PRIMARY KEY (workspace, schedule)
);

-- What was done once and must not be done again (a modal submitted twice).
CREATE TABLE choices (
  workspace TEXT NOT NULL,
  choice    TEXT NOT NULL,
  at        TEXT NOT NULL,
  PRIMARY KEY (workspace, choice)
);

-- Short-lived access tokens of connections, encrypted; renewed by one at a time.
CREATE TABLE tokens (
  workspace      TEXT NOT NULL,
  connection     TEXT NOT NULL,
  tokens         BLOB,
  renewing_until TEXT,
  PRIMARY KEY (workspace, connection),
  FOREIGN KEY (workspace, connection) REFERENCES connections (workspace, connection) ON DELETE CASCADE
);

-- Connections that wait for the person's consent on the lead system's page (OAuth 2). Single use.
CREATE TABLE consents (
  workspace  TEXT NOT NULL,
  state      TEXT NOT NULL,               -- digest of what travels through the browser
  person     TEXT NOT NULL,
  body       BLOB NOT NULL,
  at         TEXT NOT NULL,
  PRIMARY KEY (workspace, state)
);
CREATE UNIQUE INDEX consents_state ON consents (state);

-- What people know by name in a lead system: members, stages, tags, ponds…, to be chosen from.
CREATE TABLE known (
  workspace  TEXT NOT NULL,
  connection TEXT NOT NULL,
  kind       TEXT NOT NULL,
  id         TEXT NOT NULL,
  name       TEXT NOT NULL,
  folded     TEXT NOT NULL,               -- the name, casefolded, for search
  email      TEXT,
  seen_at    TEXT NOT NULL,
  mentioned  INTEGER NOT NULL DEFAULT 0,  -- 1: a lead named it; 0: it is in the lead system's own list
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
-- Which Slack person a member of a lead system is, where somebody set it by hand (NULL: nobody).
CREATE TABLE members (
  workspace  TEXT NOT NULL,
  connection TEXT NOT NULL,
  member     TEXT NOT NULL,
  person     TEXT,
  set_by     TEXT NOT NULL,
  PRIMARY KEY (workspace, connection, member),
  FOREIGN KEY (workspace, connection) REFERENCES connections (workspace, connection) ON DELETE CASCADE
);

-- What was done here and belongs into a lead system too: written with the deed, carried out later, in order.
CREATE TABLE writes (
  workspace  TEXT NOT NULL,
  write      TEXT NOT NULL,
  seq        INTEGER NOT NULL,
  connection TEXT NOT NULL,
  lead       INTEGER NOT NULL,
  keeps      TEXT NOT NULL,               -- owner, note, stage, contact
  body       BLOB NOT NULL,
  by         TEXT NOT NULL,
  state      TEXT NOT NULL,               -- pending, sending, doubt, sent, refused, unsure, overtaken
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

-- Leads that a webhook named, read again before anything is believed; and those of which a list told only a part.
CREATE TABLE pings (
  workspace   TEXT NOT NULL,
  connection  TEXT NOT NULL,
  external_id TEXT NOT NULL,
  at          TEXT NOT NULL,                  -- when it was named first
  times       INTEGER NOT NULL DEFAULT 1,  -- how often; one that is named again meanwhile is read again
  record      TEXT,                       -- JSON of a list's record that is to be completed; NULL: named by a webhook
  history     INTEGER NOT NULL DEFAULT 0,  -- 1: it has time
  PRIMARY KEY (workspace, connection, external_id),
  FOREIGN KEY (workspace, connection) REFERENCES connections (workspace, connection) ON DELETE CASCADE
);

-- What somebody typed into a form with pages, encrypted; without sensitive fields.
CREATE TABLE drafts (
  workspace TEXT NOT NULL,
  draft     TEXT NOT NULL,
  person    TEXT NOT NULL,
  body      BLOB NOT NULL,
  at        TEXT NOT NULL,
  PRIMARY KEY (workspace, draft)
);
-- Which actions somebody ran last.
CREATE TABLE recents (
  workspace  TEXT NOT NULL,
  person     TEXT NOT NULL,
  connection TEXT NOT NULL,
  action     TEXT NOT NULL,
  at         TEXT NOT NULL,
  PRIMARY KEY (workspace, person, connection, action),
  FOREIGN KEY (workspace, connection) REFERENCES connections (workspace, connection) ON DELETE CASCADE
);

-- Documents in direct messages, until they are deleted from Slack.
CREATE TABLE sent_files (
  workspace TEXT NOT NULL,
  file      TEXT NOT NULL,
  lead      INTEGER,
  person    TEXT NOT NULL,
  delete_at TEXT NOT NULL,
  PRIMARY KEY (workspace, file)
);
CREATE INDEX sent_files_due ON sent_files (workspace, delete_at);

-- The process's own rows (no workspace). Which process polls, delivers, writes back and schedules; it holds no time,
-- because the clocks of two machines differ: who waits for it looks whether it is still renewed.
CREATE TABLE lease (
  id      INTEGER PRIMARY KEY CHECK (id = 1),
  fence   INTEGER NOT NULL,               -- grows when it changes hands; checked in every transaction of its holder
  holder  TEXT NOT NULL,                  -- '': nobody
  process TEXT NOT NULL,                  -- where it runs, so that its end is seen on the same machine
  beat    INTEGER NOT NULL                -- grows with each renewal
);
-- States of installing that were used, so that none works twice;
CREATE TABLE used_states (
  state TEXT PRIMARY KEY,                     -- digest of what travelled through the browser
  at    TEXT NOT NULL
);
-- and a check that the key fits the database.
CREATE TABLE vault_check (
  id    INTEGER PRIMARY KEY CHECK (id = 1),
  value BLOB NOT NULL
);
