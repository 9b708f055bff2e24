-- What a record is of, typed; its key only makes it unique. Of records from before it is taken from the key, this once.
ALTER TABLE evidence ADD COLUMN about jsonb;
UPDATE evidence SET about = CASE
  WHEN evidence_key ~ '^(opened|mitigated)/chart$'
    THEN jsonb_build_object('kind', 'chart', 'stage', split_part(evidence_key, '/', 1))
  WHEN evidence_key ~ '^(opened|mitigated)/verdicts/[^/]*/[^/]*/[^/]*/'
    THEN jsonb_build_object('kind', 'verdicts', 'stage', split_part(evidence_key, '/', 1), 'series', jsonb_build_object(
      'check', split_part(evidence_key, '/', 3), 'metric', split_part(evidence_key, '/', 4), 'slice', split_part(evidence_key, '/', 5),
      'group', regexp_replace(evidence_key, '^([^/]*/){5}', '')))
  WHEN evidence_key ~ '^(opened|mitigated)/'
    THEN jsonb_build_object('kind', 'query', 'stage', split_part(evidence_key, '/', 1), 'name', regexp_replace(evidence_key, '^[^/]*/', ''))
  WHEN evidence_key ~ '^remediation/.+/answer$'
    THEN jsonb_build_object('kind', 'answer', 'attempt', regexp_replace(evidence_key, '^remediation/(.+)/answer$', '\1'))
  WHEN evidence_key ~ '^remediation/.'
    THEN jsonb_build_object('kind', 'attempt', 'attempt', regexp_replace(evidence_key, '^remediation/', ''))
END;
