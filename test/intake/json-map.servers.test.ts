import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { afterAll, describe, expect, it, vi } from 'vitest'
import type { JsonMap } from '../../src/domain/configuration/sender.ts'
import type { IntakeReading } from '../../src/intake/reading.ts'
import { readMapped } from '../../src/intake/json-map.ts'
import { createJsonMapEvaluator } from '../../src/intake/json-map-evaluator.ts'

const evaluator = createJsonMapEvaluator()
afterAll(() => evaluator.close())

const source = 'integration/kuma'
const context = { source, now: new Date('2026-03-02T03:04:05Z'), newId: () => 'id-1' }

async function mapped(map: JsonMap, body: unknown): Promise<IntakeReading> {
  return readMapped(await evaluator.evaluate({ map, body }), 'kuma', context)
}

describe('a map', () => {
  it('makes an alert of a body, field by field', async () => {
    const map = {
      labels: '{ "alertname": "MonitorDown", "monitor": monitor.name, "code": heartbeat.code }',
      annotations: '{ "summary": msg }',
      status: 'heartbeat.status = 1 ? "resolved" : "firing"',
      startsAt: '$replace(heartbeat.time, " ", "T") & "Z"',
      fingerprint: 'monitor.id',
    }
    const body = {
      heartbeat: { status: 0, time: '2026-03-02 03:00:00.123', code: 503 },
      monitor: { id: 7, name: 'Shop' },
      msg: '[Shop] down',
    }
    expect(await mapped(map, body)).toEqual({
      alerts: [
        {
          source,
          fingerprint: '7',
          status: 'firing',
          labels: { alertname: 'MonitorDown', monitor: 'Shop', code: '503' },
          annotations: { summary: '[Shop] down' },
          startsAt: '2026-03-02T03:00:00.123Z',
          eventId: `${source}/7/2026-03-02T03:00:00.123Z/firing`,
        },
      ],
      changes: [],
      problems: [],
    })
  })

  it('goes through a list; what a field does not say, the item says itself; $body is all of it', async () => {
    const map = { alerts: 'events[sev != "ok"]', labels: '{ "alertname": name, "site": $body.site }' }
    const body = {
      site: 'fra1',
      events: [
        { name: 'A', sev: 'bad', startsAt: 1_772_420_400, annotations: { summary: 'a' } },
        { name: 'B', sev: 'ok' },
        { name: 'C', sev: 'bad', status: 'RESOLVED', endsAt: '2026-03-02T03:00:00+01:00' },
      ],
    }
    const { alerts, problems } = await mapped(map, body)
    expect(problems).toEqual([])
    expect(alerts).toMatchObject([
      {
        labels: { alertname: 'A', site: 'fra1' },
        annotations: { summary: 'a' },
        status: 'firing',
        startsAt: '2026-03-02T03:00:00.000Z',
      },
      {
        labels: { alertname: 'C', site: 'fra1' },
        status: 'resolved',
        startsAt: '2026-03-02T02:00:00.000Z',
        endsAt: '2026-03-02T02:00:00.000Z',
      },
    ])
  })

  it.each<[string, JsonMap, unknown, number]>([
    ['one object', { alerts: '$' }, { labels: { a: 'b' } }, 1],
    ['a list', { alerts: '$' }, [{ labels: { a: 'b' } }, { labels: { a: 'c' } }], 2],
    ['a list without an expression', { labels: '{ "a": a }' }, [{ a: 1 }, { a: 2 }], 2],
    ['nothing', { alerts: 'nowhere' }, { labels: { a: 'b' } }, 0],
    ['no alerts where it is about changes', { changes: '{ "summary": "x" }' }, { labels: { a: 'b' } }, 0],
  ])('makes as many alerts as it names: %s', async (_, map, body, count) => {
    const { alerts, problems } = await mapped(map, body)
    expect([alerts.length, problems]).toEqual([count, []])
  })

  it('is called like its sender where it has no alertname', async () => {
    expect((await mapped({ labels: '{ "a": 1 }' }, {})).alerts[0]?.labels).toEqual({
      alertname: 'kuma',
      a: '1',
    })
  })

  it('makes changes', async () => {
    const map = {
      changes:
        '{ "id": build, "summary": "Deployed " & app, "at": at, "links": { "log": log, "bad": "javascript:1" } }',
    }
    const body = { build: 12, app: 'shop', at: '2026-03-02T03:00:00Z', log: 'https://ci.example/12' }
    expect(await mapped(map, body)).toEqual({
      alerts: [],
      changes: [
        {
          changeId: `${source}/12`,
          source,
          at: '2026-03-02T03:00:00.000Z',
          summary: 'Deployed shop',
          labels: {},
          links: { log: 'https://ci.example/12' },
        },
      ],
      problems: [],
    })
  })

  it.each<[string, JsonMap, string]>([
    [
      'labels that are none',
      { labels: 'nowhere' },
      'alerts[1].labels: must be an object of names and values, not nothing',
    ],
    [
      'labels that are a list',
      { labels: '["a"]' },
      'alerts[1].labels: must be an object of names and values, not a list',
    ],
    [
      'a status',
      { alerts: '$', status: '"DOWN"' },
      'alerts[1].status: must be "firing" or "resolved", not DOWN',
    ],
    ['an error', { alerts: '$', labels: '$error("no " & n)' }, 'alerts[1].labels: no 1'],
    [
      'an instant',
      { alerts: '$', startsAt: '"yesterday"' },
      'alerts[1].startsAt: must be an instant with a zone',
    ],
    [
      'annotations',
      { alerts: '$', annotations: '3' },
      'alerts[1].annotations: must be an object of names and values, not a number',
    ],
    [
      'a change without words',
      { changes: '{ "at": 1 }' },
      'changes[0].summary: is required, and must be text',
    ],
  ])('tells of %s by its path', async (_, map, problem) => {
    const { problems } = await mapped(map, [
      { n: 0, labels: { a: 'b' } },
      { n: 1, labels: { a: 'b' } },
    ])
    expect(problems).toContainEqual(expect.stringContaining(problem))
  })

  it('loses no sound alert beside one at fault', async () => {
    const body = [{ labels: { a: '1' } }, { labels: 7 }, { labels: { a: '3' } }]
    const { alerts, problems } = await mapped({ alerts: '$' }, body)
    expect(alerts.map(({ labels }) => labels['a'])).toEqual(['1', '3'])
    expect(problems).toEqual(['alerts[1].labels: must be an object of names and values, not a number'])
  })

  it('says nothing that a store cannot hold', async () => {
    const map = { labels: '{ "alertname": $decodeUrlComponent("a%00b") }' }
    expect((await mapped(map, {})).alerts[0]?.labels).toEqual({ alertname: 'a\uFFFDb' })
  })
})

describe('an expression that would hang or take everything', () => {
  const hostile: [string, string, RegExp][] = [
    ['a loop', '($f := function($x) { $f($x + 1) }; $f(1))', /timeout|longer/i],
    ['recursion', '($f := function($x) { 1 + $f($x + 1) }; $f(1))', /stack|depth/i],
    ['a huge range', '[1..9999999]', /sequence|size/i],
    ['ranges in ranges', '[1..99999].[1..99999].[1..99999]', /sequence|size|timeout|longer|memory/i],
    ['a huge text', '$pad("x", 500000000)', /memory|longer|length|makes too much/i],
    [
      'doubling',
      '($f := function($x, $n) { $n = 0 ? $x : $f($x & $x, $n - 1) }; $f("aaaaaaaaaaaaaaaa", 60))',
      /.+/,
    ],
    [
      'an expression that backtracks',
      '$match("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!", /^(a+)+$/)',
      /longer/,
    ],
    ['$eval', '$eval("1")', /eval|function/i],
  ]

  it.each(hostile)('%s is ended, and the next body is mapped', async (_, expression, why) => {
    const outcome = await mapped({ alerts: '$', labels: expression }, {}).then(
      ({ problems }) => problems.join(),
      (error: Error) => `${error.name}: ${error.message}`,
    )
    expect(outcome).toMatch(why)
    expect((await mapped({ labels: '{ "a": "b" }' }, {})).alerts).toHaveLength(1)
  })

  it.each([
    '$process',
    '$require("fs")',
    '$fetch("http://localhost")',
    'constructor.constructor("return 1")()',
    '$lookup($, "__proto__")',
    '$string.constructor',
    '__proto__.toString',
    '$globalThis',
  ])('%s reaches nothing but the body', async (expression) => {
    const { alerts } = await mapped({ labels: `{ "reached": ${expression} }` }, { a: 1 })
    expect(alerts[0]?.labels['reached']).toBeUndefined()
  })

  it('does not keep others waiting for ever', async () => {
    const loop = { labels: '$match("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!", /^(a+)+$/)' }
    const [slow, sound] = await Promise.allSettled([mapped(loop, {}), mapped({ labels: '{ "a": "b" }' }, {})])
    expect([slow.status, sound.status]).toEqual(['rejected', 'fulfilled'])
  })

  it('ends with the server, even where that is killed', async () => {
    const program = `
      import { fork } from 'node:child_process'
      const child = fork('src/intake/json-map-process.ts', { execArgv: [], stdio: ['ignore', 'ignore', 'ignore', 'ipc'] })
      child.once('message', () => child.send({ map: { labels: '$match("${'a'.repeat(60)}!", /^(a+)+$/)' }, body: {} }, () => console.log(child.pid)))`
    const parent = spawn(process.execPath, ['--input-type=module', '-e', program])
    const [line] = (await once(parent.stdout, 'data')) as [Buffer]
    const child = Number(line.toString())
    expect(process.kill(child, 0)).toBe(true)
    parent.kill('SIGKILL')
    await vi.waitFor(() => expect(() => process.kill(child, 0)).toThrow('ESRCH'), { timeout: 10_000 })
  })

  it('is refused when too many wait', async () => {
    const all = await Promise.allSettled(
      Array.from({ length: 70 }, () => evaluator.evaluate({ map: { labels: '{}' }, body: {} })),
    )
    expect(all.filter(({ status }) => status === 'rejected')).toHaveLength(6)
    expect(all.at(-1)).toMatchObject({ reason: { name: 'MapEnded', isBusy: true } })
  })
})
