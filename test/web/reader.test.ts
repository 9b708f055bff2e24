import { describe, expect, it } from 'vitest'
import { configuration, user } from '../support/pages.ts'
import { newIncident, type MachineState } from '../../src/domain/incident/state.ts'
import { as, incident, startWeb, type TestWeb } from './world.ts'
import { busyRecords, hostile, storedReview } from './story.ts'

const at = (minute: string) => `2026-03-02T${minute}:00.000Z`
const browser = { ...as('responder'), accept: 'text/html' }
const settings = { policy: 'p', stableForMs: 0, headStartMs: 0, remediates: false, stillFiringAfterMs: null }

/** Everybody reads by Berlin's clock, but for those who say otherwise. */
function zones(timeZone = 'Europe/Berlin') {
  const people = [
    user('ben', [{ channel: 'slack', to: 'U1' }]),
    {
      ...user('carol', [
        { channel: 'slack', to: 'U2' },
        { channel: 'email', address: 'c@x.example' },
      ]),
      notify: [0, 1].map((contact) => ({ contact, afterMs: 0 })),
    },
  ] as const
  return { ...configuration(people, { steps: [], repeat: 0, fallback: [] }), timeZone }
}

async function zonedWeb(): Promise<TestWeb> {
  const web = await startWeb()
  web.state.records = busyRecords(at)
  web.state.configuration = zones()
  return web
}

describe('N33: one clock for whoever reads', () => {
  it.each([
    '/incidents',
    '/incidents/INC-42',
    '/incidents/INC-42/chart',
    '/checks',
    '/automation',
    '/account',
  ])('%s tells no time of another zone', async (url) => {
    const { app } = await zonedWeb()
    const { body, statusCode } = await app.inject({ url, headers: browser })
    expect(statusCode).toBe(200)
    expect(body.replaceAll(/datetime="[^"]*"|<pre>[^]*?<\/pre>/g, '')).not.toMatch(/\d\d:\d\d(?::\d\d)? ?UTC/)
  })

  it('is that of the person who is logged in, else that of the configuration', async () => {
    const web = await zonedWeb()
    const stamp = async () => (await web.app.inject({ url: '/incidents/INC-42', headers: browser })).body
    expect(await stamp()).toContain('2026-03-02 04:00:00 CET')
    const before = zones()
    web.state.configuration = {
      ...before,
      users: {
        ...before.users,
        responder: { ...user('responder', []), timeZone: 'Asia/Tokyo' },
        ana: { ...user('ana', []), timeZone: 'Asia/Tokyo' },
      },
    }
    expect(await stamp()).toContain('2026-03-02 12:00:00 UTC+9')
    expect(await stamp()).toContain('data-zone="Asia/Tokyo" data-zone-name="UTC+9"')
  })

  it('is asked of the chart too', async () => {
    const { app } = await zonedWeb()
    const { body } = await app.inject({ url: '/incidents/INC-42', headers: browser })
    expect(body).toContain('/charts/c0ffee.svg?timeZone=Europe%2FBerlin')
  })

  it('tells sentences of the API by that clock, names it, and leaves instants in UTC', async () => {
    const { app, state } = await zonedWeb()
    const until = '2026-03-02T04:00:00.000Z'
    state.records = {
      ...state.records,
      timeline: [
        {
          incident: 42,
          eventKey: 'k',
          at: at('03:01'),
          actor: 'ana',
          kind: 'acknowledged',
          summary: '',
          fact: { type: 'acknowledged', until, awaiting: [] },
        },
      ],
    }
    const read = async (query: string) =>
      (await app.inject({ url: `/api/v1/incidents/INC-42${query}`, headers: as('viewer') })).json()
    const told = await read('')
    expect(told).toMatchObject({
      timeZone: 'Europe/Berlin',
      incident: { startedAt: '2026-03-02T03:00:00.000Z' },
    })
    expect(told.timeline[0]).toMatchObject({ at: at('03:01') })
    expect(told.timeline[0].summary).toBe(
      'ana acknowledged; escalation stops; escalates again at 2026-03-02 05:00 CET unless resolved',
    )
    expect((await read('?timeZone=America/New_York')).timeline[0].summary).toContain('2026-03-01 23:00 EST')
    expect(JSON.stringify(told)).not.toMatch(/T\d\d:\d\d:\d\d(?:\.\d+)?[+-]\d\d:?\d\d/)
  })

  it.each(['Mars/Olympus', '%00', 'x'.repeat(200), ''])('refuses %s as a zone', async (zone) => {
    const { app } = await zonedWeb()
    const answer = await app.inject({ url: `/api/v1/incidents?timeZone=${zone}`, headers: as('viewer') })
    expect(answer.statusCode).toBe(400)
    expect(answer.body).toContain('Europe/Berlin')
  })
})

it('N33: a post-mortem, which is written in UTC, tells no time by another clock', async () => {
  const web = await zonedWeb()
  web.state.review = storedReview()
  const { body } = await web.app.inject({ url: '/reviews/INC-42', headers: browser })
  expect(body).toMatch(/\d\d:\d\d(?::\d\d)? UTC/)
  expect(body).not.toMatch(/\d\d:\d\d(?::\d\d)? CET/)
})

describe('what comes next', () => {
  const position = { step: 1, round: 0 }
  const dueAt = Date.parse(at('03:14'))
  const waiting = {
    kind: 'waiting',
    position,
    dueAt,
    people: ['ana'],
    following: ['schedule backup'],
    expected: ['carol'],
    pages: null,
  } as const
  const states: readonly (readonly [string, Partial<MachineState>, string | null])[] = [
    [
      'pages',
      { escalation: waiting, next: { step: 2, round: 0 } },
      'pages carol (Slack, e-mail) at 04:14 CET, in 9 min 55 s, unless acknowledged',
    ],
    [
      'the fallback',
      { escalation: waiting, next: null },
      'pages carol (Slack, e-mail) as the last resort at 04:14 CET, in 9 min 55 s, unless acknowledged',
    ],
    [
      'nobody',
      { escalation: { ...waiting, following: [], expected: [] }, next: null },
      'nobody else is paged, and escalation ends at 04:14 CET, in 9 min 55 s, unless acknowledged',
    ],
    [
      'a head start',
      { escalation: { kind: 'head-start', dueAt } },
      'paging begins at 04:14 CET, in 9 min 55 s, unless remediation helps',
    ],
    [
      'again',
      { escalation: { kind: 'exhausted', pages: [], retryAt: dueAt } },
      'pages from the first step again at 04:14 CET, in 9 min 55 s',
    ],
    [
      'an owner',
      { owner: { person: 'ana', since: 0, until: dueAt, toldFiring: 1, toldAgainAt: null } },
      'escalates again at 04:14 CET, in 9 min 55 s, unless resolved',
    ],
    [
      'the owner asked',
      {
        escalation: { kind: 'asking-owner', dueAt, pages: null },
        owner: { person: 'ana', since: 0, until: null, toldFiring: 1, toldAgainAt: null },
      },
      'escalates at 04:14 CET, in 9 min 55 s, unless ana acknowledges',
    ],
    [
      'a hand-over',
      {
        handOver: { commandId: 'c', by: 'ana', to: 'ben', pages: null, dueAt },
        owner: { person: 'ana', since: 0, until: null, toldFiring: 1, toldAgainAt: null },
      },
      'ana keeps it at 04:14 CET, in 9 min 55 s, unless ben acknowledges',
    ],
    [
      'the end',
      { phase: 'monitoring', stableAt: dueAt },
      'resolves at 04:14 CET, in 9 min 55 s, unless it fires again',
    ],
    ['nothing', { phase: 'resolved' }, null],
  ]

  it.each(states)('is told by name and time: %s', async (_, change, expected) => {
    const { app, state } = await zonedWeb()
    state.records = { ...state.records, machine: { ...newIncident(42, 'P1', settings), ...change } }
    const answer = await app.inject({ url: '/api/v1/incidents/INC-42', headers: as('viewer') })
    expect(answer.json().next).toEqual(expected === null ? null : { at: at('03:14'), text: expected })
    const { body } = await app.inject({ url: '/incidents/INC-42', headers: browser })
    const text = body.replaceAll(/<[^>]+>/g, '')
    if (expected === null) expect(text).not.toContain('Next:')
    else expect(text).toContain(`Next: ${expected}`)
  })

  it.each([
    ['carol', 'Resolved by carol at 04:04:00 CET.'],
    ['firewatch', 'Resolved at 04:04:00 CET: every alert stayed clear.'],
  ])('is not that somebody has it once it is resolved by %s', async (resolvedBy, sentence) => {
    const web = await startWeb(
      {},
      {
        ...incident,
        state: 'resolved',
        acknowledgedBy: 'carol',
        acknowledgedAt: at('03:02'),
        resolvedBy,
        resolvedAt: at('03:04'),
      },
    )
    web.state.configuration = zones()
    for (const url of ['/incidents/INC-42', '/incidents']) {
      const { body } = await web.app.inject({ url, headers: browser })
      expect(body).not.toContain('has it')
    }
    const { body } = await web.app.inject({ url: '/incidents/INC-42', headers: browser })
    expect(body.replaceAll(/<[^>]+>/g, '')).toContain(sentence)
  })
})

describe('N35: what to do and where to look, on the incident page', () => {
  it('is the guidance of the runbook that it opened with, and every link of its alerts that is one', async () => {
    const { app, state } = await zonedWeb()
    state.incident = { ...incident, runbook: 'feed' }
    state.runbooks = [
      {
        name: 'feed',
        title: 'The feed shows little',
        match: {},
        evidence: [],
        remediation: [],
        causes: [],
        actions: [],
        path: 'feed.md',
        guidance: `1. Look at <https://boards.example/feed> first.\n2. ${hostile}\n3. [not this](javascript:alert(1))`,
      },
    ]
    const [first] = state.records.alerts
    if (first === undefined) throw new Error('no alert')
    const annotations = {
      summary: 'x',
      runbook_url: 'https://wiki.example/feed',
      dashboard_url: 'javascript:alert(1)',
      generatorURL: 'http://prometheus:9090/graph?g0.expr="a"',
    }
    state.records = { ...state.records, alerts: [{ ...first, annotations }] }
    const { body } = await app.inject({ url: '/incidents/INC-42', headers: browser })
    expect(body).toContain('<section class="prose" id="guidance"')
    expect(body).toContain(
      '<a href="https://boards.example/feed" rel="noopener noreferrer">https://boards.example/feed</a> first.',
    )
    expect(body).toContain('[not this](javascript:alert(1))')
    expect(body).toContain('<a href="/runbooks/feed">Runbook The feed shows little</a>')
    expect(body).toContain('<a href="https://wiki.example/feed" rel="noopener noreferrer">Runbook</a>')
    expect(body).toContain(
      '<a href="http://prometheus:9090/graph?g0.expr=%22a%22" rel="noopener noreferrer">Source</a>',
    )
    expect(body).toContain(
      'dashboard_url is not linked, it is neither http nor https: <code>javascript:alert(1)</code>',
    )
    expect(body).not.toMatch(/href="javascript|<script>alert|<img src=x/)
    const view = await app.inject({ url: '/api/v1/incidents/INC-42', headers: as('viewer') })
    expect(view.json().alerts[0]).toMatchObject({
      annotations,
      links: [{ kind: 'runbook', url: 'https://wiki.example/feed' }, { kind: 'source' }],
      refusedLinks: [{ name: 'dashboard_url', reason: 'is neither http nor https' }],
    })
  })
})

it('N32: what automation measured is told by people’s titles', async () => {
  const { app, state } = await zonedWeb()
  const { likes } = (await import('../domain/check/world.ts')).configurationWith([]).metrics
  if (likes === undefined) throw new Error('no metric')
  state.configuration = { ...zones(), metrics: { likes: { ...likes, title: 'Likes per user' } } }
  const { body } = await app.inject({ url: '/incidents/INC-42', headers: browser })
  expect(body).toContain('Likes per user on iOS')
  expect(body).not.toMatch(/>likes \(os iOS\)</)
})
