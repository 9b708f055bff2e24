import { describe, expect, it } from 'vitest'
import { simulate } from '../../src/cli/simulate-command.ts'
import { loadConfiguration } from '../../src/config/load.ts'
import { tryPolicy } from '../../src/domain/escalate/simulate.ts'
import type { EscalationPolicy } from '../../src/domain/configuration/escalation-policy.ts'
import type { MachineEvent } from '../../src/domain/incident/event.ts'
import type { Settings } from '../../src/domain/incident/state.ts'
import { pagingContext } from '../../src/domain/escalate/paging-context.ts'
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
    expect(text).toContain('step 2: skipped, nobody is on call in schedule office')
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
    [p1, { severity: 'P9' }, '--severity "P9" is not one of'],
    [p1, { at: 'soon' }, '--at "soon" is not an instant'],
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

describe('a policy that is tried on what happened in an incident', () => {
  const minute = 60_000
  const start = Date.parse('2026-03-01T03:00:00Z')
  const at = (minutes: number) => start + minutes * minute
  const settings: Settings = {
    policy: 'default',
    stableForMs: 15 * minute,
    headStartMs: 0,
    remediates: false,
    stillFiringAfterMs: 30 * minute,
  }
  const alerts = (
    minutes: number,
    firing: number,
    more: Partial<Extract<MachineEvent, { type: 'opened' | 'alerts-changed' }>> = {},
  ): MachineEvent => ({
    at: at(minutes),
    type: 'alerts-changed',
    firing,
    total: 3,
    severity: 'P1',
    settings,
    ...more,
  })
  const opened = alerts(0, 1, { type: 'opened' })
  let commands = 0
  const by = (actor: string) => ({ actor, commandId: `command-${++commands}` })
  const twoSteps = [{ notify: ['cy'], ackTimeoutMs: 4 * minute }, { notify: ['ana'] }]

  async function storyOf(events: readonly MachineEvent[], policy: Partial<EscalationPolicy> = {}) {
    const config = await loadConfiguration(await folder.write('firewatch.yaml', onCallYaml))
    const entries = tryPolicy(pagingContext(config, config, []), {
      policy: { name: 'p1', steps: twoSteps, repeat: 0, fallback: [], ...policy },
      incident: 42,
      service: 'feed',
      alertsBegan: [start],
      events,
      until: at(60),
    })
    return entries.map((entry) => [
      (entry.at - start) / minute,
      entry.kind,
      ...('person' in entry ? [entry.person] : 'by' in entry ? [entry.by] : []),
    ])
  }

  it('keeps what people did, and lets acknowledgements last as the policy says', async () => {
    const story = await storyOf(
      [
        opened,
        // What the policy of then led to counts no more.
        { at: at(1), type: 'tick' },
        {
          at: at(1),
          type: 'step-read',
          reading: {
            position: { step: 1, round: 0 },
            hold: { cause: { kind: 'alert-rate', moreThan: 1, withinMs: 1 }, inMs: null, firm: false },
          },
        },
        { at: at(7), type: 'acknowledge', forMs: null, ...by('ben') },
        { at: at(18), type: 'resolve', anyway: true, ...by('ben') },
      ],
      { acknowledgedForMs: 10 * minute },
    )
    expect(story).toEqual([
      [0, 'step'],
      [0, 'page', 'cy'],
      [4, 'step'],
      [4, 'page', 'ana'],
      [7, 'acknowledged', 'ben'],
      [17, 'released', 'firewatch'],
      [17, 'step'],
      [17, 'page', 'cy'],
      [18, 'resolved', 'ben'],
    ])
  })

  it('pages again when it fires again, and ends when it stayed clear', async () => {
    const story = await storyOf([opened, alerts(2, 0), alerts(10, 1), alerts(12, 0)])
    expect(story).toEqual([
      [0, 'step'],
      [0, 'page', 'cy'],
      [2, 'cleared', 'firewatch'],
      [10, 'reopened', 'firewatch'],
      [10, 'step'],
      [10, 'page', 'cy'],
      [12, 'cleared', 'firewatch'],
      [27, 'resolved', 'firewatch'],
    ])
  })

  it('shows snoozes, hand-overs, changes of severity and growth', async () => {
    const story = await storyOf([
      opened,
      { at: at(1), type: 'snooze', forMs: 5 * minute, ...by('cy') },
      { at: at(8), type: 'acknowledge', forMs: null, ...by('ana') },
      { at: at(9), type: 'hand-over', to: 'ben', ...by('boss') },
      alerts(20, 3),
      alerts(25, 3, { severity: 'P0' }),
    ])
    expect(story.slice(2)).toEqual([
      [1, 'acknowledged', 'cy'],
      [6, 'released', 'firewatch'],
      [6, 'step'],
      [6, 'page', 'cy'],
      [8, 'acknowledged', 'ana'],
      [9, 'handed-over', 'boss'],
      [9, 'message', 'ben'],
      [14, 'handed-over', 'firewatch'],
      [14, 'message', 'ana'],
      [20, 'grown', 'firewatch'],
      [20, 'message', 'ana'],
      [25, 'severity', 'firewatch'],
      [25, 'worse', 'firewatch'],
      [25, 'message', 'ana'],
      [29, 'released', 'firewatch'],
      [29, 'step'],
      [29, 'page', 'cy'],
      [33, 'step'],
      [33, 'page', 'ana'],
      [38, 'page', 'ana'],
      [40.5, 'exhausted'],
    ])
  })

  it('tells once of a policy that reaches nobody again and again', async () => {
    const story = await storyOf([opened], { steps: [{ notify: [{ schedule: 'office' }] }] })
    expect(story).toEqual([
      [0, 'skipped'],
      [0, 'exhausted'],
    ])
  })

  it('has nothing to tell of an incident whose events were not kept', async () => {
    expect(await storyOf([])).toEqual([])
  })
})
