import { createIdentities } from '../../src/app/identities.ts'
import fc from 'fast-check'
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createIntake } from '../../src/app/intake.ts'
import { createOnCallService } from '../../src/app/on-call.ts'
import { createRecords, type Records } from '../../src/app/records.ts'
import { loadConfiguration } from '../../src/config/load.ts'
import { createServerMetrics } from '../../src/metrics/server-metrics.ts'
import { migrate, type OpenDatabase, openDatabase } from '../../src/postgres/database.ts'
import { notificationOf } from '../intake/alertmanager-payloads.ts'
import { onCallYaml, testFolder } from '../support/on-call-files.ts'
import { noQuota } from '../support/quota.ts'
import { startPostgres, type TestPostgres } from '../support/servers.ts'
import { incident, noRecords, startWeb, type TestWeb } from './world.ts'

const folder = testFolder()
const clock = () => new Date('2026-11-27T12:00:00Z')
let postgres: TestPostgres
let database: OpenDatabase
let records: Records
let web: TestWeb
let headers: Record<string, string>

/** A server whose routes lead to real records; commands are noted as the incident's activity notes them. */
beforeAll(async () => {
  const configuration = await loadConfiguration(await folder.write('firewatch.yaml', onCallYaml))
  postgres = await startPostgres()
  database = openDatabase(postgres.url)
  await migrate(database.pool)
  records = createRecords(database.db, clock)
  await records.configurations.save(configuration)
  const { grouping_key: _key, ...row } = {
    grouping_key: '',
    title: 'feed',
    service: 'feed',
    labels: '{}',
    severity: 'P1',
    state: 'open',
    config_revision: configuration.revision,
    chart_token: 'c0ffee',
    started_at: clock(),
  } as const
  const { number } = await database.db
    .insertInto('incidents')
    .values({ ...row, grouping_key: 'service=feed' })
    .returning('number')
    .executeTakeFirstOrThrow()
  const metrics = createServerMetrics(() => Promise.reject(new Error('nobody asks')))
  web = await startWeb(
    {
      onCall: createOnCallService(() => configuration, records),
      credentials: createIdentities(records.credentials, () => configuration, 'ops'),
      incidents: {
        find: (one) => records.incidents.find(one),
        list: (filter) => records.incidents.list(filter),
        board: (filter) => records.board.board(filter),
        counts: (filter) => records.incidents.counts(filter),
        byChartToken: (token) => records.incidents.byChartToken(token),
        events: async () => [],
        records: async () => noRecords,
      },
      intake: createIntake(
        {
          records,
          metrics,
          running: () => configuration,
          withinQuota: noQuota,
          log: { warn: () => undefined },
        },
        clock,
      ),
    },
    { ...incident, number },
  )
  const { commands } = web.dependencies
  const taken = commands.note.bind(commands)
  commands.note = async (command) => {
    await records.timeline.append({
      incident: number,
      eventKey: `note/${randomUUID()}`,
      at: command.at,
      actor: command.actor,
      fact: { type: 'note', text: command.text },
    })
    return taken(command)
  }
  headers = {
    authorization: `Bearer ${await records.credentials.issue('token', { kind: 'person', name: 'ana' }, null)}`,
  }
})
afterAll(async () => {
  await web?.app.close()
  await database?.close()
  await postgres?.stop()
})

const post = (url: string, payload: unknown) =>
  web.app.inject({
    method: 'POST',
    url,
    headers: { ...headers, 'content-type': 'application/json' },
    payload: JSON.stringify(payload),
  })
const get = (url: string) => web.app.inject({ method: 'GET', url, headers })
const mended = (text: string) => text.toWellFormed().replaceAll('\u0000', '\ufffd')

/** Every way by which text comes in; an answer's status tells whether it was taken. */
const entrances: Readonly<Record<string, (text: string) => ReturnType<typeof post>>> = {
  note: (text) => post('/api/v1/incidents/INC-1/note', { text }),
  'a note of a form': (text) =>
    web.app.inject({
      method: 'POST',
      url: '/incidents/INC-1/note',
      headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded' },
      payload: `text=${urlOf(text)}`,
    }),
  'hand over': (text) => post('/api/v1/incidents/INC-1/hand-over', { to: text }),
  policy: (text) => post('/api/v1/incidents/INC-1/apply-policy', { policy: text }),
  snooze: (text) => post('/api/v1/incidents/INC-1/snooze', { for: text }),
  severity: (text) => post('/api/v1/incidents/INC-1/severity', { severity: text }),
  'the reason of an override': (text) =>
    post('/api/v1/schedules/primary/overrides', {
      remove: 'ana',
      add: 'cy',
      reason: text,
      from: '2026-11-28T10:00',
      to: '2026-11-28T18:00',
    }),
  'who is put in': (text) =>
    post('/api/v1/schedules/primary/overrides', { remove: text, add: text, from: text, to: text }),
  'a schedule': (text) => post(`/api/v1/schedules/${urlOf(text)}/overrides`, { add: 'ana' }),
  'a change': (text) => post(`/api/v1/schedules/primary/changes/${urlOf(text)}/end`, {}),
  labels: (text) =>
    post('/api/v1/alerts', { alerts: [{ labels: { alertname: 'a', text }, annotations: { text } }] }),
  'names of labels': (text) =>
    post('/api/v1/alerts', { alerts: [{ labels: { alertname: 'a', [text]: 'b' } }] }),
  ids: (text) =>
    post('/api/v1/alerts', { alerts: [{ labels: { alertname: 'a' }, eventId: text, fingerprint: text }] }),
  Alertmanager: (text) =>
    post('/api/v1/intake/alertmanager', {
      ...notificationOf([{ labels: { [text]: text }, annotations: { [text]: text } }]),
      receiver: text,
    }),
  'a filter by text': (text) => get(`/api/v1/incidents?text=${urlOf(text)}`),
  'a filter by service': (text) => get(`/api/v1/incidents?service=${urlOf(text)}`),
  'a filter by owner': (text) => get(`/api/v1/incidents?owner=${urlOf(text)}`),
  'any parameter': (text) =>
    get(
      `/api/v1/incidents?state=${urlOf(text)}&severity=${urlOf(text)}&before=${urlOf(text)}&limit=${urlOf(text)}`,
    ),
  'an incident': (text) => get(`/api/v1/incidents/${urlOf(text)}`),
  'a chart': (text) => get(`/charts/${urlOf(text)}.png`),
  'a check': (text) => get(`/api/v1/checks/${urlOf(text)}`),
  'a calendar': (text) => get(`/calendars/${urlOf(text)}.ics`),
}

/** U+0000 has a form in addresses; half a pair has none, and is sent as the bytes that some programs make of it. */
function urlOf(text: string): string {
  return encodeURIComponent(text.toWellFormed())
}

const unholdable = fc.constantFrom(
  '\u0000',
  '\ud800',
  '\udfff',
  '\ufffd',
  '"',
  '\\',
  '\\u0000',
  '%00',
  '/',
  ' ',
)
const texts = fc.string({
  unit: fc.oneof(unholdable, fc.string({ unit: 'binary', minLength: 1, maxLength: 1 })),
  maxLength: 30,
})

describe('N01 any text by any way in', () => {
  it.each(Object.keys(entrances))(
    'is taken or refused with a reason, and is never a failure of ours: %s',
    async (name) => {
      const send = entrances[name]
      if (send === undefined) throw new Error(name)
      for (const text of [
        'a\u0000b',
        '\u0000',
        '\ud800',
        'x'.repeat(50),
        '9'.repeat(30),
        ...fc.sample(texts, 25),
      ]) {
        const answer = await send(text)
        expect([
          answer.statusCode < 500,
          JSON.stringify(text),
          answer.statusCode < 500 ? '' : answer.body,
        ]).toEqual([true, JSON.stringify(text), ''])
      }
    },
  )

  it('reads back with U+FFFD in the place of what cannot be held', async () => {
    await fc.assert(
      fc.asyncProperty(
        texts.filter((text) => text.trim() !== ''),
        async (text) => {
          expect((await post('/api/v1/incidents/INC-1/note', { text })).statusCode).toBe(200)
          const last = (await records.timeline.ofIncident(1)).at(-1)
          const stored = mended(text).trim()
          expect(last?.fact).toEqual({ type: 'note', text: stored })
        },
      ),
      { numRuns: 40 },
    )
  })

  it('takes alerts with labels called like what every object has, and those beside them', async () => {
    const named = (name: string) => `"__proto__": "${name}", "constructor": "${name}", "toString": "${name}"`
    const alert = (name: string) =>
      `{"status": "firing", "startsAt": "2026-11-27T11:00:00Z", "labels": {"alertname": "${name}", ${named(name)}}, "annotations": {${named(name)}}}`
    for (const [url, name, rest] of [
      ['/api/v1/alerts', 'proto-own', ''],
      ['/api/v1/intake/alertmanager', 'proto-am', ', "version": "4", "receiver": "r"'],
    ] as const) {
      const payload = `{"alerts": [${alert(name)}, ${alert(`${name}-2`)}]${rest}}`
      const sent = { ...headers, 'content-type': 'application/json' }
      expect((await web.app.inject({ method: 'POST', url, headers: sent, payload })).statusCode).toBe(202)
    }
    const { rows } = await database.pool.query(
      "SELECT labels FROM alert_inbox WHERE labels->>'alertname' LIKE 'proto-%' ORDER BY id",
    )
    expect(rows.map(({ labels }) => labels)).toEqual(
      ['proto-own', 'proto-own-2', 'proto-am', 'proto-am-2'].map((name) => ({
        alertname: name,
        constructor: name,
        toString: name,
      })),
    )
  })

  it('finds what was stored with it', async () => {
    await post('/api/v1/alerts', { alerts: [{ labels: { alertname: 'core\u0000', host: '\ud800' } }] })
    const { rows } = await database.pool.query(
      "SELECT labels FROM alert_inbox WHERE labels->>'alertname' LIKE 'core%'",
    )
    expect(rows).toEqual([{ labels: { alertname: 'core\ufffd', host: '\ufffd' } }])
  })
})

describe('N01 the store as the last line', () => {
  it('lets no parameter reach PostgreSQL that it refuses, text or JSON', async () => {
    await fc.assert(
      fc.asyncProperty(texts, async (text) => {
        const eventKey = randomUUID()
        await records.timeline.append({
          incident: 1,
          eventKey,
          at: clock().toISOString(),
          actor: text,
          fact: { type: 'note', text },
        })
        const stored = (await records.timeline.ofIncident(1)).find((one) => one.eventKey === eventKey)
        expect([stored?.actor, stored?.fact]).toEqual([mended(text), { type: 'note', text: mended(text) }])
      }),
      { numRuns: 100 },
    )
  })
})
