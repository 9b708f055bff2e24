-- Tries that never reported back: a channel without an idempotency key marks what it sends after one.
ALTER TABLE pages ADD COLUMN unknown_tries integer NOT NULL DEFAULT 0;
