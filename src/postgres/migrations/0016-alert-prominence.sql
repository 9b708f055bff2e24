-- Of many alerts people read the most severe first, then the one that lies farthest from its limit: pages and titles name the worst, and do not read ten
-- thousand rows to find it.
ALTER TABLE alerts ADD COLUMN prominence double precision NOT NULL DEFAULT 0;
