-- What the guards looked at and why an attempt ended as it did are typed; sentences are made when they are read. Attempts from before keep theirs.
ALTER TABLE remediation_attempts
  ALTER COLUMN decision TYPE jsonb USING jsonb_build_object('recorded', decision),
  ALTER COLUMN explanation DROP DEFAULT,
  ALTER COLUMN explanation DROP NOT NULL;
ALTER TABLE remediation_attempts
  ALTER COLUMN explanation TYPE jsonb
    USING CASE WHEN explanation <> '' THEN jsonb_build_object('kind', 'recorded', 'text', explanation) END;
