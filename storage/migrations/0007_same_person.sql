-- The same person's leads, newest first, are found by one index each: without the time in it, SQLite walks through all leads
-- of the workspace by their time instead.
DROP INDEX leads_email;
DROP INDEX leads_phone;
DROP INDEX leads_customer;
CREATE INDEX leads_email ON leads (workspace, email_key, created_at, number) WHERE email_key IS NOT NULL;
CREATE INDEX leads_phone ON leads (workspace, phone_key, created_at, number) WHERE phone_key IS NOT NULL;
CREATE INDEX leads_customer ON leads (workspace, connection, customer_id, created_at);
