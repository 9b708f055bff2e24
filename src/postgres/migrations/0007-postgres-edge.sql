-- Until when a dispatcher has a row to itself: it holds no transaction open while it calls another system.
ALTER TABLE alert_inbox ADD COLUMN leased_until timestamptz;
