-- A review is a document that people edit: per section what was drafted and what they wrote, with a version that two editors are told apart by.
-- Version 0 was drafted before there were sections; it is drafted anew when it is first read.
ALTER TABLE reviews
  ADD COLUMN version integer NOT NULL DEFAULT 0,
  ADD COLUMN sections jsonb NOT NULL DEFAULT '{}',
  ADD COLUMN appendix text NOT NULL DEFAULT '',
  ADD COLUMN chart text,
  ADD COLUMN published jsonb,
  ADD COLUMN open_actions integer NOT NULL DEFAULT 0,
  ADD COLUMN unsettled_causes integer NOT NULL DEFAULT 0;
