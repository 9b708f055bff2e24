import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { splitStatements } from '../../src/chdb/split-statements.ts'

const sqlOf = (text: string) => splitStatements(text).map(({ sql }) => sql)

describe('N31: statements of a file are told apart', () => {
  it.each<[string, string[]]>([
    ['SELECT 1', ['SELECT 1']],
    ['SELECT 1;', ['SELECT 1']],
    ['SELECT 1;SELECT 2', ['SELECT 1', 'SELECT 2']],
    [';;SELECT 1;;;SELECT 2;;', ['SELECT 1', 'SELECT 2']],
    ["SELECT ';'; SELECT 2", ["SELECT ';'", 'SELECT 2']],
    ["SELECT 'it''s; \\'; x'; SELECT 2", ["SELECT 'it''s; \\'; x'", 'SELECT 2']],
    ['SELECT `a;b`, ";"; SELECT 2', ['SELECT `a;b`, ";"', 'SELECT 2']],
    ['SELECT $$;$$; SELECT $x$;$y$;$x$', ['SELECT $$;$$', 'SELECT $x$;$y$;$x$']],
    ['SELECT 1 -- ;\n; SELECT 2', ['SELECT 1 -- ;', 'SELECT 2']],
    ['SELECT /* /* ; */ ; */ 1; SELECT 2', ['SELECT /* /* ; */ ; */ 1', 'SELECT 2']],
    ['-- nothing\n/* ; */', []],
    ['', []],
    [
      "INSERT INTO t VALUES (1, ';'),\n(2, 'b'); SELECT 2",
      ["INSERT INTO t VALUES (1, ';'),\n(2, 'b')", 'SELECT 2'],
    ],
    ['\r\nSELECT 1;\r\nSELECT 2;\r\n', ['SELECT 1', 'SELECT 2']],
    ['INSERT INTO t SELECT 1; SELECT 2', ['INSERT INTO t SELECT 1', 'SELECT 2']],
    ['SELECT 1 FORMAT CSV; SELECT 2', ['SELECT 1 FORMAT CSV', 'SELECT 2']],
  ])('%j', (text, statements) => {
    expect(sqlOf(text)).toEqual(statements)
  })

  it.each<[string, string[]]>([
    [
      'INSERT INTO t FORMAT JSONEachRow\n{"a":";"}\n{"a":2};\nSELECT 2',
      ['INSERT INTO t FORMAT JSONEachRow\n{"a":";"}\n{"a":2}', 'SELECT 2'],
    ],
    [
      'INSERT INTO t FORMAT JSONEachRow {"a":"\\";"} {"a":2}\n\nSELECT 2',
      ['INSERT INTO t FORMAT JSONEachRow {"a":"\\";"} {"a":2}', 'SELECT 2'],
    ],
    [
      'INSERT INTO t FORMAT CSV\n1,"x\n\ny;"\n2,5" pipe\n\nSELECT 2',
      ['INSERT INTO t FORMAT CSV\n1,"x\n\ny;"\n2,5" pipe', 'SELECT 2'],
    ],
    ['INSERT INTO t FORMAT CSV\n1,x;y\n;\nSELECT 2', ['INSERT INTO t FORMAT CSV\n1,x;y', 'SELECT 2']],
    ['INSERT INTO t FORMAT TSV\n1\tx;\n2\t', ['INSERT INTO t FORMAT TSV\n1\tx;\n2\t']],
    ["INSERT INTO t FORMAT TSV\nit's\t1\n \r\nSELECT 2", ["INSERT INTO t FORMAT TSV\nit's\t1", 'SELECT 2']],
  ])('rows of other formats are no SQL: %j', (text, statements) => {
    expect(sqlOf(text)).toEqual(statements)
  })

  it.each([
    'INSERT INTO t FORMAT CSV',
    'INSERT INTO t (a, b) FORMAT CSV;',
    'INSERT INTO t FORMAT JSONEachRow ;\n',
  ])('says that rows are to come: %j', (text) => {
    expect(splitStatements(text)).toMatchObject([{ wantsRows: true }])
  })

  it('counts lines from the beginning of the text', () => {
    const text =
      '-- head\n\nSELECT 1;\n  /* two\nlines */ SELECT\n2;INSERT INTO t FORMAT CSV\n1\n2\n\n\nSELECT 3'
    expect(splitStatements(text).map(({ line }) => line)).toEqual([3, 5, 6, 11])
  })

  it('knows USE, SET and FORMAT from names that look like them', () => {
    expect(
      splitStatements('use `a b`; SET x = 1; SELECT (SELECT 1 AS format) FORMAT CSV; SELECT "FORMAT"'),
    ).toMatchObject([
      { use: 'a b', isSet: false },
      { isSet: true },
      { namesFormat: true },
      { namesFormat: false },
    ])
  })

  it('loses nothing and invents nothing, however statements are put together', () => {
    const piece = fc.constantFrom(
      "SELECT ';'",
      'SELECT 1 /* ; */ + 1',
      'CREATE TABLE `x;y` (a Int8)',
      "INSERT INTO t VALUES (1, ';')",
      'SELECT $h$;$h$',
      'SELECT “;”',
    )
    const gap = fc.constantFrom(';', ' ; ', ';\n', ';;', '\n;\n-- ; note\n', '; /* ; */ ')
    fc.assert(
      fc.property(fc.array(fc.tuple(piece, gap), { minLength: 1, maxLength: 8 }), (parts) => {
        expect(sqlOf(parts.flat().join(''))).toEqual(parts.map(([sql]) => sql))
      }),
    )
  })

  it('ends for every text', () => {
    fc.assert(
      fc.property(
        fc.string({
          unit: fc.constantFrom(...`;'"\`\\\n -/*$INSERT FORMAT CSV VALUES(),{}“‘`.split('')),
          maxLength: 60,
        }),
        (text) => {
          splitStatements(text)
        },
      ),
      { numRuns: 2_000 },
    )
  })
})
