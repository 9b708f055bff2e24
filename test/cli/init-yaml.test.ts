import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { contactKinds, type InitAnswers, type MetricAnswers, secretsOf } from '../../src/cli/init-answers.ts'
import { configurationText } from '../../src/cli/init-yaml.ts'
import { validateConfiguration } from '../../src/config/load.ts'
import { identifierParts } from '../../src/domain/values/sql-identifier.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'firewatch-init-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const addresses = {
  webhook: '',
  email: 'ana@example.org',
  slack: 'U0123456789',
  telegram: '-1001234',
  pagerduty: '',
}

/** Whatever ClickHouse takes as a name: all but U+0000 and what UTF-8 has no form for. */
const legalName = fc
  .oneof(
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 20 }),
    fc.constantFrom(
      'a`b',
      'a.b',
      'a\\b',
      '🔥',
      'Störung 7',
      "it's",
      '"q"',
      ' x ',
      '-- c',
      '${x}',
      '#',
      'true',
      '\n',
      '\ufffd',
      '{{x}}',
      '*a',
      '&a',
      'a: b',
    ),
  )
  .filter((name) => !name.includes('\0') && name.isWellFormed())

const metric: fc.Arbitrary<MetricAnswers> = fc.oneof(
  fc.constant({ kind: 'count' as const }),
  fc.record({ kind: fc.constantFrom('sum' as const, 'average' as const), column: legalName }),
  fc.record({
    kind: fc.constant('quantile' as const),
    column: legalName,
    level: fc.constantFrom(0.5, 0.95, 0.999),
  }),
  fc.record({
    kind: fc.constant('ratio' as const),
    where: fc.constantFrom('status >= 500', "name = 'it''s'", '`a;b` > 1'),
  }),
)
const answers: fc.Arbitrary<InitAnswers> = fc
  .record({
    watch: fc.option(
      fc.record({
        table: fc.record({ database: legalName, table: legalName }),
        timeColumn: legalName,
        metric,
        bucket: fc.constantFrom('10s', '1m', '5m', '1d'),
        rule: fc.oneof(
          fc.constant({ kind: 'same-time' as const }),
          fc.record({
            kind: fc.constant('threshold' as const),
            op: fc.constantFrom('>' as const, '<' as const),
            value: fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer()),
          }),
        ),
      }),
      { nil: undefined },
    ),
    service: fc.string({ unit: 'grapheme' }),
    person: fc.record({
      name: fc.oneof(
        fc.string({ unit: 'grapheme', minLength: 1 }).filter((name) => name.trim() !== ''),
        fc.constantFrom('constructor', 'firewatch', 'Ana María', 'A\u0007n\ufffda'),
      ),
      timeZone: fc.constantFrom('UTC', 'Europe/Berlin', 'America/Argentina/Buenos_Aires'),
      contact: fc.constantFrom(...contactKinds),
      address: fc.constant(''),
    }),
  })
  .map((one) => ({ ...one, person: { ...one.person, address: addresses[one.person.contact] } }))

describe('N31: what init writes', () => {
  it('is valid for every combination of answers, with names of every character that ClickHouse takes', async () => {
    const path = join(folder, 'firewatch.yaml')
    await fc.assert(
      fc.asyncProperty(answers, async (one) => {
        await writeFile(path, configurationText(one, path))
        const { configuration, problems } = await validateConfiguration(path)
        expect(problems).toEqual([])
        const { watch } = one
        const [source] = Object.values(configuration?.sources ?? {})
        const { table, timeColumn } = source ?? { table: '', timeColumn: '' }
        const names = watch && [[watch.table.database, watch.table.table], [watch.timeColumn]]
        expect(watch && [identifierParts(table), identifierParts(timeColumn)]).toEqual(names)
      }),
      { numRuns: 300 },
    )
  })

  it('explains each key, names what must be set and what comes next, and holds no secret', () => {
    fc.assert(
      fc.property(answers, (one) => {
        const text = configurationText(one, 'firewatch.yaml')
        for (const [name] of secretsOf(one)) expect(text).toContain(`#   ${name}=`)
        expect(text).toContain('firewatch test-page')
        const keys = text.split('\n').filter((line) => /^[a-z]\w*:/i.test(line))
        for (const key of keys) expect(text).toMatch(new RegExp(`# [^\\n]*\\n${key.split(':')[0]}:`))
      }),
      { numRuns: 50 },
    )
  })
})
