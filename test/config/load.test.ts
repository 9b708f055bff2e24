import { fileURLToPath } from 'node:url'
import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { configurationJsonSchema, loadConfiguration } from '../../src/config/load.ts'
import { world } from './world.ts'

const minimal = await readFile(new URL('fixtures/valid.yaml', import.meta.url), 'utf8')
const demo = fileURLToPath(new URL('../../examples/feed/firewatch.yaml', import.meta.url))

async function load(yaml: string, runbooks: Readonly<Record<string, string>> = {}) {
  const folder = await world({ 'firewatch.yaml': yaml, ...runbooks })
  return loadConfiguration(`${folder}/firewatch.yaml`)
}

const runbook = '---\ntitle: Feed\nmatch: { alertname: [feed] }\n---\nLook at it.\n'
const withRunbooks = `${minimal}runbooks: [books]\n`

describe('what is not written has a default', () => {
  it('of the configuration and its routes, people and targets', async () => {
    const { timeZone, users, policies, routes, targets, ...rest } = await load(minimal)
    expect(timeZone).toBe('UTC')
    expect(users['ana']).toMatchObject({ name: 'ana', title: 'ana', role: 'responder' })
    expect(policies['standard']).toEqual({
      name: 'standard',
      steps: [{ notify: ['ana'] }],
      repeat: 0,
      fallback: [],
    })
    expect(routes).toEqual([
      {
        key: '',
        match: {},
        groupBy: ['service', 'alertname'],
        groupWaitMs: 0,
        routes: [],
        policies: { default: 'standard' },
        stableForMs: 900_000,
        flapping: { times: 4, withinMs: 3_600_000 },
        stillFiringAfterMs: 600_000,
        remediateFirstMs: {},
      },
    ])
    expect(targets['feed-service']).toMatchObject({
      group: 'feed',
      actions: { restart: { kind: 'http', timeoutMs: 10_000 } },
    })
    expect(rest).toMatchObject({ sources: {}, metrics: {}, slices: {}, checks: {}, runbooks: [] })
    expect(rest).not.toHaveProperty('publicUrl')
  })

  it('of metrics and checks', async () => {
    const { sources, metrics, checks } = await load(`${minimal}
sources: { actions: { table: simulator.feed_actions } }
metrics: { likes: { kind: count, source: actions, sql: count() } }
checks: { feed: { service: feed, metrics: [likes], bucket: 5m } }
`)
    expect(sources['actions']).toEqual({
      name: 'actions',
      table: 'simulator.feed_actions',
      timeColumn: 'time',
    })
    expect(metrics['likes']).toEqual({
      name: 'likes',
      title: 'likes',
      kind: 'count',
      source: 'actions',
      sql: 'count()',
      responsible: [],
    })
    expect(checks['feed']).toEqual({
      name: 'feed',
      service: 'feed',
      metrics: ['likes'],
      slices: ['total'],
      detector: { kind: 'same-time', threshold: 0.5 },
      bucketMs: 300_000,
      everyMs: 300_000,
      lateMs: 30_000,
      quietHours: [],
      forMs: 0,
      clearAfter: 3,
      cooldownMs: 3_600_000,
      silentAfterMs: 600_000,
      severity: 'warning',
      labels: {},
    })
  })

  it('of heartbeats, and there are none unless they are written', async () => {
    const { heartbeats } = await load(`${minimal}heartbeats:
  backup: { every: 24h }
  mail: { every: 1h, grace: 0, service: feed, severity: P0, title: Mail, summary: No mail., muted: true, labels: { a: b }, runbookUrl: https://wiki.example }
`)
    const least = { name: 'backup', everyMs: 86_400_000, graceMs: 600_000, severity: 'critical', labels: {} }
    expect(heartbeats).toEqual({
      backup: least,
      mail: {
        name: 'mail',
        everyMs: 3_600_000,
        graceMs: 0,
        service: 'feed',
        severity: 'P0',
        title: 'Mail',
        summary: 'No mail.',
        muted: true,
        labels: { a: 'b' },
        runbookUrl: 'https://wiki.example',
      },
    })
    expect(await load(minimal)).not.toHaveProperty('heartbeats')
  })

  it('of runbooks', async () => {
    const text = runbook.replace(
      '---\nLook',
      'remediation: [{ action: restart, target: feed-service }]\n---\nLook',
    )
    const { runbooks } = await load(withRunbooks, { 'books/feed.md': text })
    expect(runbooks).toEqual([
      {
        name: 'feed',
        title: 'Feed',
        match: { alertname: ['feed'] },
        evidence: [],
        remediation: [
          {
            action: 'restart',
            target: 'feed-service',
            timeoutMs: 30_000,
            verify: { good: 2, of: 3, withinMs: 300_000 },
          },
        ],
        causes: [],
        actions: [],
        guidance: 'Look at it.',
        path: 'books/feed.md',
      },
    ])
  })
})

describe('what is loaded', () => {
  it('is frozen all the way down', async () => {
    const parts: unknown[] = [await loadConfiguration(demo)]
    for (const part of parts) {
      expect(Object.isFrozen(part)).toBe(true)
      if (typeof part === 'object' && part !== null) parts.push(...Object.values(part))
    }
    expect(parts.length).toBeGreaterThan(500)
  })

  it('is plain data that survives being stored', async () => {
    const configuration = await loadConfiguration(demo)
    expect(JSON.parse(JSON.stringify(configuration))).toEqual(configuration)
  })

  it('takes the runbooks of a folder by name, but neither its README nor its subfolders', async () => {
    const files = ['books/b.md', 'books/a.md', 'books/README.md', 'books/notes.txt', 'books/old/c.md']
    const { runbooks } = await load(withRunbooks, Object.fromEntries(files.map((file) => [file, runbook])))
    expect(runbooks.map(({ name }) => name)).toEqual(['a', 'b'])
  })

  it('tells a watchdog once a minute unless it says otherwise, and only when one is given', async () => {
    const url = '${env:HEARTBEAT_URL}'
    expect((await load(`${minimal}heartbeat: { url: "${url}" }\n`)).heartbeat).toEqual({
      url,
      everyMs: 60_000,
    })
    expect((await load(`${minimal}heartbeat: { url: "${url}", every: 5m }\n`)).heartbeat?.everyMs).toBe(
      300_000,
    )
    expect(await load(minimal)).not.toHaveProperty('heartbeat')
  })

  it('has no slash at the end of its address, because paths are put behind it', async () => {
    expect((await load(`${minimal}publicUrl: https://example.org/fw/\n`)).publicUrl).toBe(
      'https://example.org/fw',
    )
  })
})

describe('the revision', () => {
  const revision = async (yaml: string, text = runbook) =>
    (await load(yaml, { 'books/feed.md': text })).revision

  it('is twelve hex digits', async () => {
    expect(await revision(withRunbooks)).toMatch(/^[0-9a-f]{12}$/)
  })

  it('does not depend on the folder, comments, spaces or the order of keys', async () => {
    const lines = withRunbooks.replace(/^#.*\n/, '').split(/\n(?=\w)/)
    const before = await revision(withRunbooks)
    expect(await revision(withRunbooks)).toBe(before)
    expect(await revision(`# Another comment\n\n${lines.toReversed().join('\n\n')}\n`)).toBe(before)
  })

  it.each([
    ['a duration', withRunbooks.replace('notify: [ana]', 'notify: [ana], ackTimeout: 7m'), runbook],
    ['a contact', withRunbooks.replace('pager.example', 'pager.example.org'), runbook],
    ['the front matter of a runbook', withRunbooks, runbook.replace('Feed', 'The feed')],
    ['the prose of a runbook', withRunbooks, runbook.replace('Look', 'Look again')],
  ])('changes with %s', async (_what, yaml, text) => {
    expect(await revision(yaml, text)).not.toBe(await revision(withRunbooks))
  })
})

describe('the JSON Schema', () => {
  it('has every section and refuses other keys', () => {
    expect(configurationJsonSchema()).toMatchObject({
      type: 'object',
      required: ['users', 'policies', 'routes'],
      additionalProperties: false,
      properties: { checks: { additionalProperties: { required: ['service', 'metrics'] } } },
    })
  })
})

describe('time windows and inhibition', () => {
  it('are read into what is asked of them', async () => {
    const { windows, inhibit } = await load(`${minimal}
timeZone: Europe/Berlin
windows:
  office-hours:
    - { weekdays: ['monday:friday'], times: [{ from: '09:00', to: '17:00' }, '18:00-24:00'] }
    - { daysOfMonth: [1, '-3:-1'], months: ['november:february', 6], years: [2026, '2027:2028'], timeZone: UTC }
inhibit:
  - source: ['severity="critical"']
    target: ['severity=~"warning|info"', '"service.name"!=feed']
    equal: [cluster, service.name]
  - { source: [a=1], target: [b=2] }
`)
    expect(windows).toEqual({
      'office-hours': [
        {
          timeZone: 'Europe/Berlin',
          weekdays: [[1, 5]],
          times: [
            { start: '09:00', end: '17:00' },
            { start: '18:00', end: '24:00' },
          ],
        },
        {
          timeZone: 'UTC',
          daysOfMonth: [
            [1, 1],
            [-3, -1],
          ],
          months: [
            [11, 2],
            [6, 6],
          ],
          years: [
            [2026, 2026],
            [2027, 2028],
          ],
        },
      ],
    })
    expect(inhibit).toEqual([
      {
        source: [{ name: 'severity', operator: '=', value: 'critical' }],
        target: [
          { name: 'severity', operator: '=~', value: 'warning|info' },
          { name: 'service.name', operator: '!=', value: 'feed' },
        ],
        equal: ['cluster', 'service.name'],
      },
      {
        source: [{ name: 'a', operator: '=', value: '1' }],
        target: [{ name: 'b', operator: '=', value: '2' }],
        equal: [],
      },
    ])
  })

  it('are no part of a configuration that has none, whose revision stays what it was', async () => {
    const configuration = await load(minimal)
    expect(Object.keys(configuration)).not.toEqual(expect.arrayContaining(['windows']))
    expect(Object.keys(configuration)).not.toEqual(expect.arrayContaining(['inhibit']))
  })

  it('may stand in a file of its own, windows at least', async () => {
    const { windows } = await load(`${minimal}include: [times.yaml]\n`, {
      'times.yaml': 'windows: { summer: [{ months: [july] }] }\n',
    })
    expect(windows).toEqual({ summer: [{ timeZone: 'UTC', months: [[7, 7]] }] })
  })
})
