-- The policy that a person applied to an incident, when an acknowledgement runs out, and by when paging does something next: the auditor looks for
-- open incidents that are past it.
ALTER TABLE incidents
  ADD COLUMN policy_revision text REFERENCES config_revisions,
  ADD COLUMN policy_name text,
  ADD COLUMN acknowledged_until timestamptz,
  ADD COLUMN next_due_at timestamptz;

-- Pages that wait for the same person over the same contact go out as one message, that of the leader.
ALTER TABLE pages
  ADD COLUMN leader text,
  ADD COLUMN begun_at timestamptz;
CREATE INDEX pages_of_lane ON pages (person, channel, contact, begun_at);
CREATE INDEX pages_open ON pages (created_at) WHERE finished_at IS NULL;
