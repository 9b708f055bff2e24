/*
 * What a statement may name. Everything else is refused, so that a new version of the engine brings nothing in unseen:
 * `test/chdb/allowed.servers.test.ts` holds these lists against the engine's own.
 */

/** Numbers and switches: limits, and how rows are planned, joined, read and written. None names a file, an address or SQL. */
const settingFamilies =
  /^(?:(?:max|min|optimize|group_by|join|query_plan)_\w+|\w+_overflow_mode(?:_leaf)?|(?:input|output)_format_(?:csv|json|tsv|values|pretty|native|binary|null|skip|with|defaults|import|allow_errors|try_infer|decimal|float|write)_\w+)$/

const settingNames = new Set(
  `readonly session_timezone log_comment extremes final totals_mode
  enable_http_compression http_zlib_compression_level send_progress_in_http_headers http_headers_progress_interval_ms
  cancel_http_readonly_queries_on_client_close send_timeout receive_timeout connect_timeout priority send_logs_level
  date_time_input_format date_time_output_format cast_string_to_date_time_mode format_csv_delimiter
  format_csv_allow_single_quotes format_csv_allow_double_quotes format_csv_null_representation format_tsv_null_representation
  transform_null_in aggregate_functions_null_for_empty prefer_column_name_to_alias any_join_distinct_right_table_keys
  union_default_mode except_default_mode intersect_default_mode count_distinct_implementation short_circuit_function_evaluation
  enable_analyzer allow_experimental_analyzer compile_expressions use_uncompressed_cache use_skip_indexes use_query_cache query_cache_ttl
  force_index_by_date force_primary_key decimal_check_overflow flatten_nested data_type_default_nullable
  allow_suspicious_low_cardinality_types async_insert wait_for_async_insert insert_deduplicate insert_deduplication_token
  insert_null_as_default mutations_sync lightweight_deletes_sync alter_sync
  index_granularity index_granularity_bytes allow_nullable_key non_replicated_deduplication_window ttl_only_drop_parts
  merge_with_ttl_timeout parts_to_throw_insert parts_to_delay_insert old_parts_lifetime enable_mixed_granularity_parts
  deduplicate_merge_projection_mode`.split(/\s+/),
)

/** Whether a query, a request or a table may have this setting. */
export function isAllowedSetting(name: string): boolean {
  return settingNames.has(name) || settingFamilies.test(name)
}

/** Engines of tables and databases that keep their data in the data directory or in memory. */
export function isAllowedEngine(name: string): boolean {
  return /^(?:(?:Replacing|Summing|Aggregating|Collapsing|VersionedCollapsing|Coalescing)?MergeTree|Memory|Null|Atomic)$/.test(
    name,
  )
}

export const allowedTableFunctions: ReadonlySet<string> = new Set(
  'numbers numbers_mt zeros zeros_mt primes generateseries generate_series merge view'.split(' '),
)

/**
 * Table functions that reach outside the engine, run SQL in a text, or take a table's structure as a text: a column of such a structure may
 * have an expression as its default, `x String DEFAULT file('/etc/passwd')`, that no reader of tokens sees. In small letters, since the engine
 * takes some of them in any.
 */
export const refusedTableFunctions: ReadonlySet<string> = new Set(
  `arrowstream azureblobstorage azureblobstoragecluster cluster clusterallreplicas cosn deltalake deltalakeazure deltalakeazurecluster
  deltalakecluster deltalakelocal deltalakes3 deltalakes3cluster dictionary eval executable file filecluster filesystem format fuzzjson
  fuzzquery gcs generaterandom hdfs hdfscluster hudi hudicluster iceberg icebergazure icebergazurecluster icebergcluster iceberghdfs
  iceberghdfscluster iceberglocal iceberglocalcluster icebergs3 icebergs3cluster input jdbc loop mergetreeanalyzeindexes
  mergetreeanalyzeindexesuuid mergetreeindex mergetreeprojection mergetreetextindex mongodb mysql null odbc oss paimon paimonazure
  paimonazurecluster paimoncluster paimonhdfs paimonhdfscluster paimonlocal paimons3 paimons3cluster postgresql prometheusquery
  prometheusqueryrange python redis remote remotesecure s3 s3cluster sqlite sqlstandardvalues timeseriesdata timeseriesmetrics
  timeseriessamples timeseriesselector timeseriestags url urlcluster values viewexplain viewifpermitted ytsaurus`.split(
    /\s+/,
  ),
)
