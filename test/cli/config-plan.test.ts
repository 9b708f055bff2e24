import { describe, expect, it } from 'vitest'
import { makePlan, tellPlan } from '../../src/cli/config-plan.ts'
import { tellDiff } from '../../src/cli/on-call-diff.ts'
import { openOnCallView } from '../../src/cli/on-call-source.ts'
import { loadConfiguration } from '../../src/config/load.ts'
import { planConfiguration, type Standing } from '../../src/domain/configuration/plan.ts'
import { onCallYaml, testFolder } from '../support/on-call-files.ts'
import { verdict } from '../domain/post-mortem/world.ts'

const now = Date.parse('2026-11-27T12:00:00Z')
const folder = testFolder()
const zone = { data: '.', timeZone: 'Europe/Berlin' }
const nothing: Standing = { changes: [], incidents: [], pages: [], credentials: [] }

async function planOf(edited: string, yaml = onCallYaml) {
  const config = await folder.write('running.yaml', yaml)
  const file = await folder.write('new.yaml', edited)
  return tellPlan((await makePlan(file, { ...zone, config }, {}, now)).plan, 'new.yaml', zone)
}

/** dee joins the weekly rotation while ana has her shift. */
const withDee = onCallYaml
  .replace('  boss:', "  dee: { contacts: [{ channel: webhook, url: '${env:DEE}' }] }\n  boss:")
  .replace('participants: [ana, ben]', 'participants: [ana, ben, dee]')

describe('N43: who is on call now comes first', () => {
  it('in oncall diff, with the layers that keep ana, which do so when they are pasted', async () => {
    const config = await folder.write('running.yaml', onCallYaml)
    const view = await openOnCallView({ ...zone, config }, {}, now)
    const { text, value } = tellDiff(
      view,
      await loadConfiguration(await folder.write('new.yaml', withDee)),
      {},
    )
    expect(text.split('\n')[0]).toBe('now: ana -> dee on primary, until Mon 2026-11-30 09:00+01:00')
    expect(text.split('\n')[1]).toBe(
      '  To keep ana until Mon 2026-11-30 09:00+01:00 (then ben), write for primary:',
    )
    expect(value).toMatchObject({ now: [{ schedule: 'primary', before: ['ana'], after: ['dee'] }] })

    const lines = text.split('\n')
    const offered = lines.slice(2, lines.indexOf(''))
    const pasted = withDee.replace(/ {4}layers:\n.*participants: \[ana, ben, dee\] }/, offered.join('\n'))
    const kept = await planOf(pasted)
    expect(kept.text).toContain('nobody goes on or off call')
    expect(kept.text).toContain('primary: Mon 2026-12-07 09:00+01:00 ana -> dee')
  })
})

describe('N38: config plan', () => {
  it('tells who goes on call first, then people, and coming shifts last', async () => {
    const { text, value } = await planOf(withDee)
    const heads = text.split('\n').filter((line) => /^[A-Z]/.test(line))
    expect(heads).toEqual(['On call now', 'People', 'Schedules', 'Coming shifts'])
    expect(text).toContain('  now: ana -> dee on primary, until Mon 2026-11-30 09:00+01:00')
    expect(text).toContain('  now: default pages dee first, instead of ana')
    expect(text).toContain('  + dee')
    expect(value).toMatchObject({ changed: true, people: [{ name: 'dee', change: 'added' }] })
  })

  it('tells durations as people write them', async () => {
    const { text } = await planOf(onCallYaml.replace('ackTimeout: 15m', 'ackTimeout: 5m'))
    expect(text).toContain('  ~ default: steps[0].ackTimeout 15m -> 5m')
  })

  it.each<[what: string, edit: readonly [from: string | RegExp, to: string], told: readonly string[]]>([
    [
      'days',
      ['days: [mon, tue, wed, thu, fri]', 'days: [mon, tue, wed, thu, sat]'],
      ['layers[0].windows[0].days[4] fri -> sat'],
    ],
    ['hours', ["to: '17:00'", "to: '18:00'"], ['layers[0].windows[0].to 17:00 -> 18:00']],
    ['a rotation', ['every: weekly', 'every: daily'], ['layers[0].rotation.every weekly -> daily']],
    [
      'a participant',
      ['participants: [cy]', 'participants: [[ben, cy]]'],
      ['layers[0].rotation.participants[0] removed', 'layers[0].rotation.participants[0][0] ben'],
    ],
    [
      'an override',
      [
        '  office:',
        "    overrides: [{ from: '2030-01-01T08:00', to: '2030-01-01T09:00', add: cy }]\n  office:",
      ],
      ['overrides[0].from 2030-01-01T08:00+01:00', 'overrides[0].add cy'],
    ],
    [
      'maintenance',
      ["to: '2026-12-24T02:00'", "to: '2026-12-24T03:00'"],
      ['maintenance[0].to 2026-12-24T02:00+01:00 -> 2026-12-24T03:00+01:00'],
    ],
    [
      'a rule of a person',
      ['{ contact: 2, after: 5m', '{ contact: 1, after: 10m'],
      ['notify[1].contact 2 -> 1', 'notify[1].after 5m -> 10m'],
    ],
    [
      'a route',
      ['default: default }', 'default: default }, remediateFirst: { P2: 5m }, stableFor: 1h30m'],
      ['routes[0].stableFor 15m -> 1h30m', 'routes[0].remediateFirst.P2 5m'],
    ],
    [
      'matchers of a route',
      ['routes: [', 'routes: [{ matchers: [\'team="db"\', "env!=test"], policies: { default: default } }, '],
      ['routes[0].matchers[0] team="db"', 'routes[0].matchers[1] env!="test"'],
    ],
    ['words for severities', ['services:', 'severities: { page: P0 }\nservices:'], ['severities.PAGE']],
    ['the time to resolve', ['services:', 'resolveTimeout: 10m\nservices:'], ['resolveTimeout 5m -> 10m']],
    ['correlation', ['services:', 'correlation: { within: 1m }\nservices:'], ['correlation.within 5m -> 1m']],
    ['retention', ['services:', 'retention: { inbox: 60d }\nservices:'], ['retention.inbox 30d -> 60d']],
  ])('N38: names what changed of %s as the file has it', async (_what, [from, to], told) => {
    const { text, value } = await planOf(onCallYaml.replace(from, to))
    for (const one of told) expect(text).toContain(one)
    for (const shown of [text, JSON.stringify(value)])
      expect(shown).not.toMatch(/\d+Ms|Ms\b|weekdays|turns|removed":|"added"(?!,"fields)/)
  })

  it('N38: names no field of a check that only follows from its bucket, and takes no label for a duration', async () => {
    const checks = `
sources: { requests: { table: web.requests, timeColumn: at } }
metrics: { errors: { title: Errors, kind: count, sql: 'count()', source: requests } }
checks:
  errors: { service: feed, metrics: [errors], bucket: 1m, labels: { latencyMs: high } }
`
    const edited = checks.replace('bucket: 1m', 'bucket: 5m').replace('high', 'low')
    const { text } = await planOf(onCallYaml + edited, onCallYaml + checks)
    expect(text).toContain('~ errors: bucket 1m -> 5m, labels.latencyMs high -> low; it measures')
  })

  it('tells windows and inhibition in the words of the file', async () => {
    const before = `
windows:
  office: [{ weekdays: ['monday:friday'], times: ['09:00-17:00'] }]
  summer: [{ months: ['june:august'] }]
inhibit: [{ source: [severity=critical], target: [severity=warning], equal: [cluster] }]
`
    const after = before
      .replace('monday:friday', 'monday:thursday')
      .replace("'09:00-17:00'", "{ from: '09:00', to: '18:00' }")
      .replace('target: [severity=warning]', 'target: [severity=~"warning|info", team!=web]')
      .replace('summer', 'holidays')
    const { text } = await planOf(onCallYaml + after, onCallYaml + before)
    expect(text.split('\n\n').slice(2)).toEqual([
      [
        'Windows',
        '  + holidays',
        '  ~ office: [0].times[0].to 17:00 -> 18:00, [0].weekdays[0] monday:friday -> monday:thursday',
        '  - summer',
      ].join('\n'),
      [
        'Settings',
        '  inhibit[0].target[0] severity="warning" -> severity=~"warning|info"',
        '  inhibit[0].target[1] team!="web"',
      ].join('\n'),
    ])
  })

  it('names what changes of a heartbeat as the file has it', async () => {
    const heartbeats = '\nheartbeats: { backup: { every: 24h }, mail: { every: 1h } }\n'
    const { text } = await planOf(
      onCallYaml + heartbeats.replace('24h', '12h, grace: 1h'),
      onCallYaml + heartbeats,
    )
    expect(text).toContain('Heartbeats\n  ~ backup: every 1d -> 12h, grace 10m -> 1h')
  })

  it('of the same says that nothing changes', async () => {
    const { text, value } = await planOf(`# a comment\n${onCallYaml}`)
    expect(text).toMatch(/^new\.yaml changes nothing: revision \w{12} runs$/)
    expect(value).toMatchObject({ changed: false })
  })

  it('shows no value of what leads to a secret, wherever it stands', async () => {
    const secret = onCallYaml.replaceAll('${env:BEN}', 'https://hooks.example.org/T0P-S3CRET')
    const { text, value } = await planOf(secret)
    for (const shown of [text, JSON.stringify(value)]) {
      expect(shown).toContain('contacts[0].url')
      expect(shown).not.toContain('S3CRET')
    }
  })

  it('says what ends with somebody who is removed', async () => {
    const before = await loadConfiguration(await folder.write('running.yaml', onCallYaml))
    const without = onCallYaml.replace(/ {2}cy: .*\n/, '').replaceAll(/\bcy\b/g, 'ben')
    const after = await loadConfiguration(await folder.write('new.yaml', without))
    const incident = { severity: 'P1', labels: {}, owner: 'cy', policy: 'default' } as const
    const standing: Standing = {
      changes: [],
      incidents: [{ ...incident, incident: 3, title: 'nobody can pay' }],
      pages: [{ incident: 4, person: 'cy' }],
      credentials: [{ name: 'cy', kind: 'token', count: 2 }],
    }
    const { text } = tellPlan(planConfiguration(before, after, standing, new Map(), now), 'new.yaml', zone)
    expect(text).toContain(
      '  - cy; 2 tokens end; owns INC-3: hand over first; pages of INC-4 still go out by the contact that they had',
    )
    expect(text).toContain('INC-3 P1 nobody can pay: keeps default as it was')
  })

  it('judges the newest bucket anew where a threshold moved, and says so where it cannot know', async () => {
    const checks = `
sources: { requests: { table: web.requests, timeColumn: at } }
metrics: { errors: { title: Errors, kind: count, sql: 'count()', source: requests } }
checks:
  errors: { service: feed, metrics: [errors], detector: { kind: threshold, op: '>', value: 100 }, bucket: 1m, severity: critical }
`
    const before = await loadConfiguration(await folder.write('running.yaml', onCallYaml + checks))
    const plan = async (yaml: string) => {
      const after = await loadConfiguration(await folder.write('new.yaml', onCallYaml + yaml))
      const stored = [40, 60, 120].map((value, group) =>
        verdict('2026-11-27T11:59:00.000Z', value > 100 ? 'firing' : 'ok', value, { group: String(group) }),
      )
      return planConfiguration(before, after, nothing, new Map([['errors', stored]]), now).checks
    }
    expect(await plan(checks.replace('value: 100', 'value: 50'))).toMatchObject([
      { name: 'errors', rejudged: { known: true, judged: 3, firingBefore: 1, firingAfter: 2 } },
    ])
    expect(await plan(checks.replace('count()', 'countIf(1)'))).toMatchObject([
      { name: 'errors', change: 'changed', rejudged: { known: false, why: 'measured-otherwise' } },
    ])
  })
})
