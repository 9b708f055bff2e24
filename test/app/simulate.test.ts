import { describe, expect, it } from 'vitest'
import { simulate } from '../../src/app/simulate-command.ts'
import { loadConfiguration } from '../../src/config/load.ts'
import { retrace } from '../../src/domain/escalate-retrace.ts'
import { tryPolicy } from '../../src/domain/escalate-simulate.ts'
import type { Incident } from '../../src/domain/incident.ts'
import { pagingContext } from '../../src/domain/paging-context.ts'
import type { TimelineEntry, TimelineKind } from '../../src/domain/timeline.ts'
import { alert, incident } from '../support/pages.ts'
import { onCallYaml, testFolder } from '../support/on-call-files.ts'

const now = Date.parse('2026-12-05T00:00:00Z')
const folder = testFolder()

async function tried(policy: string, more: object = {}) {
  const config = await folder.write('firewatch.yaml', onCallYaml)
  const path = await folder.write('policy.yaml', policy)
  const base = { data: '.', config, policy: path, timeZone: 'Europe/Berlin' }
  return simulate({ ...base, at: '2026-12-05T03:00', ...more }, {}, now)
}

const p1 =
  'p1: { steps: [{ notify: [{ schedule: primary }, cy], ackTimeout: 10m }, { notify: [ana] }], repeat: 1, fallback: [boss] }'

describe('firewatch simulate, without an incident', () => {
  it('tells who would be paged, when and over what', async () => {
    const { text } = await tried(p1)
    expect(text.split('\n').slice(2)).toEqual(
      [
        'when                        after    what',
        'Sat 2026-12-05 03:00+01:00  +0 s     step 1: ben, cy',
        'Sat 2026-12-05 03:00+01:00  +0 s     page ben by webhook (contact 1), step 1',
        'Sat 2026-12-05 03:00+01:00  +0 s     page cy by webhook (contact 1), step 1',
        'Sat 2026-12-05 03:10+01:00  +10 min  step 2: ana',
        'Sat 2026-12-05 03:10+01:00  +10 min  page ana by webhook (contact 1), step 2',
        'Sat 2026-12-05 03:15+01:00  +15 min  page ana by pagerduty (contact 2), step 2',
        'Sat 2026-12-05 03:40+01:00  +40 min  step 1, round 2: ben, cy',
        'Sat 2026-12-05 03:40+01:00  +40 min  page ben by webhook (contact 1), step 1',
        'Sat 2026-12-05 03:40+01:00  +40 min  page cy by webhook (contact 1), step 1',
        'Sat 2026-12-05 03:50+01:00  +50 min  step 2, round 2: ana',
        'Sat 2026-12-05 03:50+01:00  +50 min  page ana by webhook (contact 1), step 2',
        'Sat 2026-12-05 03:55+01:00  +55 min  page ana by pagerduty (contact 2), step 2',
        'Sat 2026-12-05 04:20+01:00  +1 h 20 min  the policy is exhausted',
        'Sat 2026-12-05 04:20+01:00  +1 h 20 min  page boss by webhook (contact 1), fallback',
      ].map((line) =>
        line.replace(/ (\+\d+ (?:s|min)|after) +/, (_all, what: string) => ` ${what.padEnd(13)}`),
      ),
    )
  })

  it('goes by the severity: personal rules, times, and the notice of a P0', async () => {
    const calm = (await tried('p: { steps: [{ notify: [ana] }] }', { severity: 'P3' })).value
    expect(calm).toMatchObject({
      simulated: [{ kind: 'step' }, { channel: 'webhook' }, { kind: 'exhausted' }],
    })
    const whole = (await tried(onCallYaml, { severity: 'P0' })).text
    expect(whole).toContain('notice to boss by webhook')
  })

  it('goes by maintenance and by who is not there', async () => {
    const { text } = await tried(onCallYaml, { at: '2026-12-24T01:00', service: 'feed' })
    expect(text).toContain('step 1 waits: feed is in maintenance until 2026-12-24 01:00 UTC: move')
    expect(text).toContain('2026-12-24 02:00+01:00  +1 h')
    expect(text).toContain('step 2: passed at once, nobody is on call in schedule office')
  })

  it.each<[string, object, string | RegExp]>([
    ['p1: { steps: [] }', {}, /policy\.yaml:1:\d+ p1\.steps: needs at least one entry/],
    [
      'p1: { steps: [{ notify: [zoe, { schedule: nope }], during: night }] }',
      {},
      /no user "zoe".*\n.*no schedule "nope".*\n.*no calendar "night"; there is none/,
    ],
    [`${p1}\n${p1.replace('p1', 'p2')}`, {}, 'has several policies: say --policy-name, one of p1, p2'],
    [p1, { policyName: 'p9' }, 'has no policy "p9"; there is p1'],
    ['- p1', {}, 'expected a map with a policy by its name'],
    ['a: [', {}, 'not valid YAML'],
    [p1, { severity: 'P9' }, '--severity "P9" is none of'],
    [p1, { at: 'soon' }, '--at "soon" is no instant'],
    [p1, { incident: 'INC-1' }, '--at is for trying without an incident'],
  ])('refuses %j with %j', async (policy, more, message) => {
    await expect(tried(policy, more)).rejects.toThrow(message)
  })

  it('takes a policy by name out of several', async () => {
    expect((await tried(`${p1}\n${p1.replace('p1', 'p2')}`, { policyName: 'p2' })).text).toContain(
      'policy p2',
    )
  })
})

describe('what happened in an incident', () => {
  const at = (minute: number) => new Date(Date.UTC(2026, 2, 1, 3, minute)).toISOString()
  let told = 0
  const entry = (minute: number, kind: TimelineKind, summary: string, more: Partial<TimelineEntry> = {}) => ({
    incident: 42,
    eventKey: `entry/${++told}`,
    at: at(minute),
    kind,
    actor: 'firewatch',
    summary,
    ...more,
  })
  const begun = entry(2, 'escalation', 'Step 1: paging ana', { eventKey: 'escalation/r0/s1' })
  const story = (timeline: readonly TimelineEntry[], change: Partial<Incident> = {}) =>
    retrace({ incident: incident(change), alerts: [alert('broken')], timeline }, Date.parse(at(60)))

  it('begins when paging did, and ends when it was clear, again and again', () => {
    const { runs } = story(
      [
        begun,
        entry(10, 'state', 'Every alert is clear; watching for 15 min'),
        entry(12, 'state', 'It fires again: back to open'),
        entry(30, 'state', 'Every alert is clear; watching for 15 min'),
        entry(45, 'resolved', 'Resolved: every alert stayed clear for 15 min'),
      ],
      { resolvedAt: at(45) },
    )
    expect(runs.map(({ from, to }) => [from, to])).toEqual(
      [
        [2, 10],
        [12, 30],
      ].map((pair) => pair.map((minute) => Date.parse(at(minute)))),
    )
  })

  it('has what people did, and nothing that came of it by itself', () => {
    const { runs } = story([
      begun,
      entry(5, 'escalation', 'ana escalates at once', { actor: 'ana', eventKey: 'command/1' }),
      entry(7, 'acknowledged', 'ben acknowledged', { actor: 'ben', eventKey: 'acknowledged/2' }),
      entry(8, 'escalation', 'cy acknowledged too; everybody has', { actor: 'cy', eventKey: 'command/3' }),
      entry(8, 'escalation', 'ana applied policy x', { actor: 'ana', eventKey: 'command/4' }),
      entry(9, 'escalation', 'Step 2: paging ben', { eventKey: 'escalation/r0/s2' }),
      entry(20, 'note', 'ana escalates at once', { actor: 'ana', eventKey: 'note/1' }),
    ])
    expect(runs).toEqual([
      {
        from: Date.parse(at(2)),
        to: Date.parse(at(60)),
        deeds: [
          { at: Date.parse(at(5)), kind: 'escalate', by: 'ana' },
          { at: Date.parse(at(7)), kind: 'acknowledge', by: 'ben' },
          { at: Date.parse(at(8)), kind: 'acknowledge', by: 'cy' },
        ],
      },
    ])
  })

  it('keeps its owner when it fires again', () => {
    const { runs } = story([
      begun,
      entry(7, 'acknowledged', 'ben acknowledged', { actor: 'ben' }),
      entry(10, 'state', 'Every alert is clear; watching for 15 min'),
      entry(12, 'state', 'It fires again: back to open'),
    ])
    expect(runs[1]?.deeds).toEqual([{ at: Date.parse(at(12)), kind: 'acknowledge', by: 'ben' }])
  })

  it.each<[string, readonly TimelineEntry[], readonly string[]]>([
    ['one that never changed', [], ['P0']],
    [
      'one that alerts raised',
      [entry(5, 'severity', 'Severity raised from P2 to P1 by its alerts')],
      ['P2', 'P1'],
    ],
    [
      'one that a person set',
      [entry(5, 'severity', 'ana set the severity to P0', { actor: 'ana' })],
      ['P1', 'P0'],
    ],
  ])('knows the severity of %s', (_what, timeline, expected) => {
    const { severities } = story(timeline, { severity: 'P0' })
    expect(severities.map(({ severity }) => severity)).toEqual(expected)
  })

  it('is what another policy is tried on', async () => {
    const config = await loadConfiguration(await folder.write('firewatch.yaml', onCallYaml))
    const policy = {
      name: 'p1',
      steps: [{ notify: ['cy'], ackTimeoutMs: 240_000 }, { notify: ['ana'] }],
      repeat: 0,
      fallback: [],
      acknowledgedForMs: 600_000,
    }
    const trial = {
      ...story(
        [begun, entry(7, 'acknowledged', 'ben acknowledged', { actor: 'ben' }), entry(18, 'resolved', 'x')],
        {
          resolvedAt: at(18),
        },
      ),
      policy,
    }
    const entries = tryPolicy(pagingContext(config, config, []), trial)
    expect(
      entries.map(({ at: instant, kind }) => [new Date(instant).toISOString().slice(14, 16), kind]),
    ).toEqual([
      ['02', 'step'],
      ['02', 'page'],
      ['06', 'step'],
      ['06', 'page'],
      ['07', 'acknowledged'],
      ['17', 'released'],
      ['17', 'step'],
      ['17', 'page'],
      ['18', 'resolved'],
    ])
  })
})
