import { describe, expect, it } from 'vitest'
import { type MachineState, newIncident } from '../../src/domain/incident/state.ts'
import type { Incident, IncidentState } from '../../src/domain/incident/incident.ts'
import type { BoardRow } from '../../src/web/dependencies.ts'
import { nextWords } from '../../src/web/pages/board-next.ts'
import { busyRecords, hostile } from './story.ts'
import { as, incident, now, startWeb } from './world.ts'

const browser = { ...as('responder'), accept: 'text/html' }
const t = Date.parse(now)
const settings = {
  policy: 'default',
  stableForMs: 900_000,
  headStartMs: 0,
  remediates: true,
  stillFiringAfterMs: 600_000,
}

function row(number: number, changed: Partial<Incident> = {}, machine: Partial<MachineState> = {}): BoardRow {
  const { state = 'open', severity = 'P1' } = changed
  return {
    incident: { ...incident, number, ...changed },
    machine: { ...newIncident(number, severity, settings), phase: state, ...machine },
  }
}

const step = { step: 1, round: 0 }
const waiting = (following: readonly string[]) => ({
  escalation: {
    kind: 'waiting' as const,
    position: step,
    dueAt: t + 240_000,
    people: ['ana'],
    following,
    pages: null,
  },
})
const owner = (until: number | null) => ({
  owner: { person: 'ana', since: t, until, toldFiring: 1, toldAgainAt: null },
})
const automation = { peopleTookOver: false, stoppedBy: null, handedOver: false, helped: false }
const remediating = {
  tasks: [{ kind: 'remediate' as const, opening: 1 }],
  automation: { ...automation, doing: 'trying flush on feed-1' },
}

/** The board as a browser gets it, over these rows. */
async function board(
  rows: readonly BoardRow[],
  query = '',
  counts: Partial<Record<IncidentState, number>> = {},
) {
  const { app, dependencies } = await startWeb()
  const all = { open: 0, monitoring: 0, resolved: 0, ...counts }
  const asked: unknown[] = []
  Object.assign(dependencies.incidents, {
    board: async (filter: unknown) => (asked.push(filter), rows),
    counts: async () => all,
  })
  const { body } = await app.inject({ url: `/incidents${query}`, headers: browser })
  return { body, asked }
}

describe('N36: what comes next in a row of the board', () => {
  const minutes = (at: string, words: string) => `<span data-until="${at}">${words}</span>`
  const inFour = minutes('2026-03-02T03:08:05.000Z', '4 min')
  it.each<[string, BoardRow, string]>([
    ['somebody is paged', row(1, {}, waiting(['carol'])), `pages carol in ${inFour}`],
    ['the last step ends', row(1, {}, waiting([])), `last step ends in ${inFour}`],
    [
      'automation tries meanwhile',
      row(1, {}, { ...waiting(['carol']), ...remediating }),
      `pages carol in ${inFour} <span class="quiet beside">Automation: trying flush on feed-1</span>`,
    ],
    ['automation alone works', row(1, {}, remediating), 'Automation: trying flush on feed-1'],
    [
      'automation has a head start',
      row(1, {}, { escalation: { kind: 'head-start', dueAt: t + 240_000 } }),
      `pages in ${inFour} unless automation helps`,
    ],
    ['somebody has it for a time', row(1, {}, owner(t + 240_000)), `escalates again in ${inFour}`],
    ['somebody has it', row(1, {}, owner(null)), '<span class="quiet">nobody else is paged</span>'],
    [
      'nobody was reached',
      row(1, {}, { escalation: { kind: 'exhausted', pages: [], retryAt: t + 240_000 } }),
      `<strong>nobody was reached</strong>, pages again in ${inFour}`,
    ],
    [
      'nothing is left',
      row(1, {}, { escalation: { kind: 'exhausted', pages: [], retryAt: null } }),
      '<strong>every step is used up</strong>',
    ],
    [
      'it got worse',
      row(1, {}, { ...owner(null), escalation: { kind: 'asking-owner', dueAt: t + 240_000, pages: null } }),
      `got worse: asking ana, escalates in ${inFour}`,
    ],
    [
      'it is handed over',
      row(1, {}, { handOver: { commandId: 'c', by: 'ana', to: 'ben', pages: null, dueAt: null } }),
      'asking ben to take it',
    ],
    [
      'it is clear',
      row(1, { state: 'monitoring' }, { stableAt: Date.parse('2026-03-02T03:20:00Z') }),
      'monitoring until <time datetime="2026-03-02T03:20:00.000Z">03:20:00 UTC</time>',
    ],
    [
      'it is over',
      row(1, { state: 'resolved', resolvedAt: '2026-03-02T03:03:00.000Z', resolvedBy: 'ana' }),
      'resolved by ana after 3 min',
    ],
    [
      'it cleared by itself',
      row(1, { state: 'resolved', resolvedAt: '2026-03-02T03:03:00.000Z', resolvedBy: 'firewatch' }),
      'cleared after 3 min',
    ],
    ['nothing happens', row(1), '<span class="quiet">nothing by itself</span>'],
    ['it is from before there was a machine', { incident, machine: null }, 'Flushing the cache'],
  ])('%s', (_what, shown, words) => {
    expect(nextWords(shown, now).text).toBe(words)
  })
})

describe('N36: the board', () => {
  it('says of each incident what is wrong, how bad, where, who has it, since when and what comes next', async () => {
    const { body } = await board([row(7, { title: hostile, service: 'feed' }, waiting(['carol']))], '', {
      open: 1,
    })
    const [, cells = ''] = /<tr role="row"><td role="cell">([^]*?)<\/tr>/.exec(body) ?? []
    for (const part of [
      '<span class="aloud"> critical</span>',
      '<a href="/incidents/INC-7">&lt;script&gt;',
      '<td role="cell">feed</td>',
      'nobody yet',
      'data-since="2026-03-02T03:00:00.000Z"',
      'pages carol',
      'INC-7',
    ])
      expect(cells).toContain(part)
  })

  it('has open ones before monitored before resolved, and what is over is quiet whatever its severity', async () => {
    const rows = [
      row(2, { severity: 'P2' }),
      row(3, { state: 'monitoring' }),
      row(1, { state: 'resolved', resolvedAt: now }),
    ]
    const { body } = await board(rows, '', { open: 1, monitoring: 1, resolved: 214 })
    const groups = [
      ...body.matchAll(/<tbody class="(is-\w+)"|(\w+) (\d+)<\/th>|href="\/incidents\/(INC-\d)"/g),
    ]
    expect(groups.map(([, kind, , count, name]) => kind ?? count ?? name)).toEqual([
      'is-open',
      '1',
      'INC-2',
      'is-monitoring',
      '1',
      'INC-3',
      'is-resolved',
      '214',
      'INC-1',
    ])
  })

  it('has the filter above the list, and the counts of each state as links', async () => {
    const { body } = await board([row(1)], '?state=open&state=monitoring&text=a%26b', {
      open: 3,
      monitoring: 1,
      resolved: 9,
    })
    expect(body.indexOf('id="filter"')).toBeGreaterThan(0)
    expect(body.indexOf('id="filter"')).toBeLessThan(body.indexOf('id="list"'))
    expect(body).toContain(
      '<a href="/incidents?state=resolved&amp;text=a%26b"><strong>9</strong> resolved</a>',
    )
    expect(body).toContain('<strong>13</strong> all')
    // Sent by the form, the address keeps the states that were chosen by links.
    expect(body.match(/<input type="hidden" name="state" value="(open|monitoring)">/g)).toHaveLength(2)
    expect(body).toContain('name="text" value="a&amp;b"')
  })

  it.each([
    ['open.P1.42', { state: 'open', severity: 'P1', number: 42 }],
    ['resolved.P3.7', { state: 'resolved', severity: 'P3', number: 7 }],
    ['open.P9.42', undefined],
    ['open.P1.-4', undefined],
    ["'; DROP TABLE incidents", undefined],
  ])('goes on after %s', async (after, place) => {
    const { asked, body } = await board([row(1)], `?after=${encodeURIComponent(after)}&severity=P1`)
    expect(asked).toEqual([
      { limit: 100, severities: ['P1'], ...(place === undefined ? {} : { after: place }) },
    ])
    expect(body.includes('href="/incidents?severity=P1">Back to the first')).toBe(place !== undefined)
  })

  it.each([
    ['there never was one', '', {}, ['There has been no incident yet', 'href="/declare"', 'href="/checks"']],
    ['none is open', '', { resolved: 3 }, ['Nothing is open.']],
    [
      'none is in that state',
      '?state=monitoring',
      { open: 2 },
      ['No incident is monitoring.', 'href="/incidents"'],
    ],
    ['the filter hides what is open', '?service=shop', { open: 2 }, ['Beyond it 2 incidents are open']],
  ])('says what to do when %s', async (_when, query, counts, texts) => {
    const { body } = await board([], query, counts)
    for (const text of texts) expect(body).toContain(text)
  })

  it('leads to a declaration, for those who may declare', async () => {
    expect((await board([])).body).toContain('<a class="button" href="/declare">')
    const { app } = await startWeb()
    const viewer = { ...as('viewer'), accept: 'text/html' }
    expect((await app.inject({ url: '/incidents', headers: viewer })).body).not.toContain('/declare')
    expect((await app.inject({ url: '/declare', headers: viewer })).statusCode).toBe(403)
  })
})

describe('N36: the bar of an incident', () => {
  const at = (minute: string) => `2026-03-02T${minute}:00.000Z`
  const commands = async (changed: Partial<Incident>, machine: Partial<MachineState> = {}) => {
    const { app, state } = await startWeb()
    state.records = busyRecords(at)
    const before = state.records.machine
    if (before === null) throw new Error('the story has a state')
    state.records = { ...state.records, machine: { ...before, ...machine } }
    state.incident = { ...incident, ...changed }
    const { body } = await app.inject({ url: '/incidents/INC-42', headers: browser })
    const section = body.slice(body.indexOf('id="commands"'), body.indexOf('class="story"'))
    const bar = section.slice(section.indexOf('class="bar"'), section.indexOf('</div>'))
    const names = (text: string) =>
      [...text.matchAll(/<(?:summary|button)[^>]*>([^<]*)</g)]
        .map(([, name = '']) => name)
        .filter((name) => !name.startsWith('Yes'))
    return { bar: names(bar), all: names(section) }
  }

  it.each([
    ['nobody has it', {}, ['Acknowledge', 'Resolve']],
    [
      'another has it',
      { acknowledgedBy: 'ben', acknowledgedAt: at('03:03') },
      ['Take over from ben', 'Resolve'],
    ],
    ['the reader has it', { acknowledgedBy: 'ana', acknowledgedAt: at('03:03') }, ['Resolve', 'Escalate']],
  ])('has first what matters while %s', async (_when, changed, names) => {
    const { bar, all } = await commands(changed)
    expect(bar).toEqual(names)
    expect(all.filter((name) => name === 'Escalate')).toHaveLength(1)
  })

  it.each<[string, Partial<MachineState>, boolean]>([
    ['it may yet begin', {}, true],
    ['it works', remediating, true],
    [
      'it works on after people took over',
      { ...remediating, automation: { ...remediating.automation, peopleTookOver: true } },
      true,
    ],
    ['no runbook remediates', { settings: { ...settings, remediates: false } }, false],
    ['it handed over', { automation: { ...automation, doing: '', handedOver: true } }, false],
    ['people took over', { automation: { ...automation, doing: '', peopleTookOver: true } }, false],
  ])('offers to stop automation only where there is some: %s', async (_when, machine, isOffered) => {
    expect((await commands({}, machine)).all.includes('Stop automation')).toBe(isOffered)
  })
})

describe('N36: declaring from the console', () => {
  it('says who will be paged for each severity before it is sent', async () => {
    const { app } = await startWeb()
    const { body } = await app.inject({
      url: '/declare?service=feed&title=%3Cb%3E&severity=P2',
      headers: browser,
    })
    expect(body.match(/name="severity" value="P\d"/g)).toHaveLength(4)
    expect(body).toContain('name="severity" value="P2" checked')
    expect(body).toContain('Pages <strong>ana</strong> now, then ben in 5 min unless somebody acknowledges.')
    expect(body).toContain('Policy feed')
    expect(body).toContain('value="&lt;b&gt;"')
  })

  it('takes the service from the words, where they name one', async () => {
    const { app } = await startWeb()
    const { body } = await app.inject({ url: '/declare?title=feed%3A+nobody+can+post', headers: browser })
    expect(body).toContain('Policy feed')
  })

  it.each(['feed:', 'feed:   ', 'feed: \u200b', '\u202e', '\u200b\u2060'])(
    'N32: pages nobody without words of what is wrong: %j',
    async (title) => {
      const { app, given } = await startWeb()
      const sent = await app.inject({
        method: 'POST',
        url: '/api/v1/incidents',
        headers: as('responder'),
        payload: { title },
      })
      expect([sent.statusCode, given]).toEqual([400, []])
      expect(sent.body).toContain('what is wrong')
    },
  )

  it('tells after it was sent who is paged', async () => {
    const { app, given, state } = await startWeb()
    state.records = busyRecords((minute) => `2026-03-02T${minute}:00.000Z`)
    const sent = await app.inject({
      method: 'POST',
      url: '/incidents',
      headers: { ...browser, 'content-type': 'application/x-www-form-urlencoded' },
      payload: 'title=nobody+can+pay&service=&severity=P0&commandId=c-1',
    })
    expect([sent.statusCode, sent.headers.location]).toEqual([303, '/incidents/INC-42?told=declare'])
    expect(given).toMatchObject([{ verb: 'declare', command: { title: 'nobody can pay', severity: 'P0' } }])
    const { body } = await app.inject({ url: '/incidents/INC-42?told=declare', headers: browser })
    expect(body).toContain('role="status">INC-42 is open. Paged: ana.</p>')
  })
})
