-- The incidents of a check, as its page and its API ask for them. Labels of others may be longer than an index entry can be.
CREATE INDEX alerts_of_check ON alerts ((left(labels ->> 'check', 200)), incident) WHERE labels ? 'check';
