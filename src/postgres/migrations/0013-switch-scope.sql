-- What a kill switch is for is typed in findings of guards. In former ones it was text; a kind has no "/" in it, a name may have any.
CREATE FUNCTION pg_temp.with_typed_scopes(value jsonb) RETURNS jsonb LANGUAGE plpgsql STRICT AS $$
BEGIN
  RETURN CASE
    WHEN jsonb_typeof(value) = 'array' THEN (
      SELECT coalesce(jsonb_agg(pg_temp.with_typed_scopes(one) ORDER BY nr), '[]')
      FROM jsonb_array_elements(value) WITH ORDINALITY AS given (one, nr))
    WHEN jsonb_typeof(value) <> 'object' THEN value
    WHEN value ? 'stoppedBy' AND value->>'scope' = 'everything' THEN jsonb_set(value, '{scope}', '{"kind": "everything"}')
    WHEN value ? 'stoppedBy' AND jsonb_typeof(value->'scope') = 'string' THEN jsonb_set(value, '{scope}', jsonb_build_object(
      'kind', split_part(value->>'scope', '/', 1), 'name', regexp_replace(value->>'scope', '^[^/]*/', '')))
    ELSE (SELECT coalesce(jsonb_object_agg(key, pg_temp.with_typed_scopes(one)), '{}') FROM jsonb_each(value) AS given (key, one))
  END;
END $$;
UPDATE remediation_attempts SET
  decision = pg_temp.with_typed_scopes(decision),
  explanation = pg_temp.with_typed_scopes(explanation)
WHERE concat(decision, explanation) LIKE '%"stoppedBy"%';
UPDATE timeline SET fact = pg_temp.with_typed_scopes(fact) WHERE fact::text LIKE '%"stoppedBy"%';
DROP FUNCTION pg_temp.with_typed_scopes;
