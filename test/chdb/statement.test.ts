import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { QueryError } from '../../src/chdb/errors.ts'
import { parseStatement } from '../../src/chdb/statement.ts'

function codeOf(sql: string): number | undefined {
  try {
    parseStatement(sql)
    return undefined
  } catch (error) {
    if (error instanceof QueryError) return error.code
    throw error
  }
}

describe('one statement in a request', () => {
  it.each([
    ['SELECT 1;', 'SELECT 1'],
    ['  SELECT 1 ;; -- done\n', 'SELECT 1'],
    ["SELECT ';'", "SELECT ';'"],
    ["SELECT 'a\\';b', 'c'';d'", "SELECT 'a\\';b', 'c'';d'"],
    ['SELECT $$;$$, $x$ ; $y$ $x$', 'SELECT $$;$$, $x$ ; $y$ $x$'],
    ['SELECT 1 -- ; SELECT 2', 'SELECT 1 -- ; SELECT 2'],
    ['SELECT 1 // ; SELECT 2', 'SELECT 1 // ; SELECT 2'],
    ['SELECT /* /* ; */ ; */ 1', 'SELECT /* /* ; */ ; */ 1'],
    ['SELECT `;`, ";", ‘;’', 'SELECT `;`, ";", ‘;’'],
    ['(SELECT 1)', '(SELECT 1)'],
  ])('reads %j as %j', (text, sql) => {
    expect(parseStatement(text).sql).toBe(sql)
  })

  it.each([
    'SELECT 1; SELECT 2',
    'CREATE TABLE a (x Int8) ENGINE = Memory; CREATE TABLE b (x Int8) ENGINE = Memory',
    "SELECT '\\''; SELECT 2",
    'SELECT 1 /* */; SELECT 2',
    '',
    '-- nothing',
    ';',
  ])('refuses %j as a syntax error', (text) => {
    expect(codeOf(text)).toBe(62)
  })

  it.each([
    'SET max_threads = 1',
    'USE system',
    "ATTACH TABLE t FROM '/tmp/x'",
    'GRANT ALL ON *.* TO x',
    'SYSTEM SHUTDOWN',
    '1 + 1',
  ])('does not know %j', (text) => {
    expect(codeOf(text)).toBe(48)
  })

  it.each([
    ['SELECT 1', 'read'],
    ['  /* c */ with 1 as x select x', 'read'],
    ['SHOW TABLES', 'read'],
    ['INSERT INTO t SELECT 1', 'change'],
    ['WITH x AS (SELECT 1) INSERT INTO t SELECT * FROM x', 'change'],
    ['drop table t', 'change'],
  ])('takes %j for a %s', (text, kind) => {
    expect(parseStatement(text).kind).toBe(kind)
  })

  it('never takes a literal for anything else', () => {
    fc.assert(
      fc.property(fc.string(), (value) => {
        const sql = `SELECT '${value.replaceAll(/['\\]/g, String.raw`\$&`)}' AS x FORMAT CSV`
        expect(parseStatement(sql)).toMatchObject({ kind: 'read', sql, format: 'CSV' })
      }),
    )
  })
})

describe('files', () => {
  it.each([
    "SELECT file('/etc/passwd')",
    "SELECT file /* */ ('/etc/passwd')",
    "SELECT `file`('/etc/passwd')",
    'SELECT "fi\\x6ce"(\'/etc/passwd\')',
    "SELECT 1 WHERE 1 IN (SELECT length(file('/etc/passwd')))",
    "SELECT arrayMap(x -> file(x), ['/etc/passwd'])",
    "SELECT arrayMap(file, ['/etc/passwd'])",
    "SELECT arrayMap((file), ['/etc/passwd'])",
    'SELECT * APPLY file FROM t',
    'SELECT * APPLY(file) FROM t',
    "SELECT * FROM file('/etc/passwd')",
    "SELECT * FROM executable('x', CSV, 'a Int8')",
    "SELECT 1 INTO OUTFILE '/tmp/x'",
    "SHOW TABLES INTO\nOUTFILE '/tmp/x'",
    "INSERT INTO t FROM INFILE '/tmp/x' FORMAT CSV",
    "INSERT INTO t VALUES (file('/etc/passwd'))",
    "INSERT INTO t FORMAT Values (file('/etc/passwd'))",
  ])('refuses %s', (text) => {
    expect(codeOf(text)).toBe(497)
  })

  it.each([
    "SELECT 'file(1) INTO OUTFILE'",
    "SELECT $$file('x')$$",
    "SELECT 1 -- file('x')",
    'SELECT file, uniq(file) FROM logs WHERE (file = 1)',
    'SELECT arrayMap(x -> 1, groupArray(l.file)) FROM logs l',
    'CREATE TABLE logs (file String) ENGINE = MergeTree ORDER BY file',
    'INSERT INTO logs (file) FORMAT CSV\nfile(1)',
  ])('does not refuse %s', (text) => {
    expect(codeOf(text)).toBeUndefined()
  })
})

describe('an INSERT with rows', () => {
  it.each([
    ['INSERT INTO t FORMAT CSV\n1;2', 'INSERT INTO t', 'FORMAT CSV', '\n1;2'],
    [
      'INSERT INTO t (a, b) SETTINGS max_threads = 1 FORMAT JSONEachRow',
      'INSERT INTO t (a, b)',
      'SETTINGS max_threads = 1 FORMAT JSONEachRow',
      '',
    ],
    ["insert into t values (1, ';') ;", 'insert into t', 'FORMAT Values', " (1, ';') "],
    ['INSERT INTO {t:Identifier} FORMAT CSV', 'INSERT INTO {t:Identifier}', 'FORMAT CSV', ''],
    ['INSERT INTO t (format) FORMAT CSV', 'INSERT INTO t (format)', 'FORMAT CSV', ''],
  ])('%j is split before its rows', (text, head, tail, inline) => {
    const { insert } = parseStatement(text)
    expect(insert).toMatchObject({ inline })
    expect([insert?.head.trim(), insert?.tail.trim()]).toEqual([head, tail])
  })

  it.each(["INSERT INTO t SELECT 1, 'x'", 'INSERT INTO t SELECT a FROM s FORMAT Null', 'INSERT INTO t'])(
    '%j has none',
    (text) => {
      expect(parseStatement(text).insert).toBeUndefined()
    },
  )
})

it('finds the declared types of parameters', () => {
  const { placeholders } = parseStatement(
    "SELECT {a:String}, '{b:String}', {c : Map(String, Array(DateTime64(3, 'UTC')))}",
  )
  expect([...placeholders]).toEqual([
    ['a', 'String'],
    ['c', "Map(String, Array(DateTime64(3, 'UTC')))"],
  ])
})
