import { describe, expect, it } from 'vitest'
import type { CheckReading } from '../../src/web/dependencies.ts'
import { stateSince } from '../../src/web/pages/check-words.ts'
import { verdict } from '../domain/post-mortem/world.ts'
import { checkReading } from './story.ts'
import { as, startWeb } from './world.ts'

const browser = { ...as('responder'), accept: 'text/html' }
const at = (minute: number) => new Date(Date.UTC(2026, 2, 2, 2, minute)).toISOString()

function reading(name: string, series: CheckReading['series'], more = 0): CheckReading {
  return { check: { ...checkReading().check, name }, series, more }
}

async function pages(readings: readonly CheckReading[]) {
  const { app, state, dependencies } = await startWeb()
  state.checks = readings
  state.mutes = [{ check: 'quiet', series: 2, until: '2026-03-02T06:30:00.000Z' }]
  Object.assign(dependencies.checks, {
    standings: async () => [{ check: 'loud', bucketAt: at(45), ok: 39, firing: 1, unknown: 0 }],
  })
  return (await app.inject({ url: '/checks', headers: browser })).body
}

const loud = reading('loud', [
  {
    title: 'Likes on iOS',
    unit: '%',
    incident: 57,
    verdicts: [verdict(at(15), 'ok', 80), verdict(at(30), 'firing', 20), verdict(at(45), 'firing', 12)],
  },
  { title: 'Likes on Android', verdicts: [verdict(at(45), 'ok', 81)] },
])
const quiet = reading('quiet', [{ title: 'Views', verdicts: [verdict(at(30), 'ok', 7)] }])
const silent = reading('silent', [
  { title: 'Search', verdicts: [verdict(at(30), 'unknown', null), verdict(at(45), 'unknown', null)] },
])

describe('N36: the page of all checks', () => {
  it('has the total first, then what fires, then what is unknown, then every check', async () => {
    const body = await pages([quiet, silent, loud, reading('new', [])])
    expect(body).toContain('<p class="lead">42 series: 1 firing, 1 unknown, 40 ok</p>')
    const order = [
      '42 series',
      'Likes on iOS',
      'Search',
      'All checks',
      'check-loud',
      'check-silent',
      'check-quiet',
    ]
    const places = order.map((text) => body.indexOf(text))
    expect(places).toEqual(places.toSorted((a, b) => a - b))
    expect(body).not.toContain('Likes on Android')
  })

  it('says of what fires the value with its unit, since when, and in which incident', async () => {
    const body = await pages([loud])
    const row = body.slice(body.indexOf('Likes on iOS'), body.indexOf('All checks'))
    for (const part of [
      'href="/incidents/INC-57"',
      '12 %',
      'data-since="2026-03-02T02:30:00.000Z">34 min 5 s',
      'since <time datetime="2026-03-02T02:30:00.000Z">02:30:00 UTC</time>',
      'aria-label="The last 3 buckets: from 12 % to 80 %; 2 firing, 0 unknown"',
    ])
      expect(row).toContain(part)
  })

  it('says until when a check is muted, that one has not run, and that all is well', async () => {
    const body = await pages([quiet, reading('new', [])])
    expect(body).toContain('Muted until <time datetime="2026-03-02T06:30:00.000Z"')
    expect(body).toContain('it has not run yet')
    expect(body).toContain('Every series is ok.')
    expect(await pages([])).toContain('No check is configured.')
  })
})

describe('N36: since when a series is in its state', () => {
  it.each([
    ['changes once', ['ok', 'firing', 'firing'], { at: at(1), isCut: false }],
    ['came and went', ['firing', 'ok', 'firing'], { at: at(2), isCut: false }],
    ['never changes', ['ok', 'ok', 'ok'], { at: at(0), isCut: true }],
    ['has one verdict', ['unknown'], { at: at(0), isCut: true }],
  ] as const)('one that %s', (_which, states, expected) => {
    const verdicts = states.map((state, index) => verdict(at(index), state, state === 'unknown' ? null : 1))
    expect(stateSince(verdicts)).toEqual(expected)
  })
})
