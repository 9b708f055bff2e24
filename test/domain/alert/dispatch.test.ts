import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Route } from '../../../src/domain/configuration/configuration.ts'
import {
  decideGroup,
  incidentLabels,
  incidentService,
  type KnownIncident,
} from '../../../src/domain/alert/dispatch.ts'
import { groupRows } from '../../../src/domain/alert/grouping.ts'
import type { InboxRow, StoredAlert } from '../../../src/domain/alert/stored-alert.ts'
import { timelineOfGroup } from '../../../src/domain/alert/dispatch-timeline.ts'
import { readEntry } from '../../../src/domain/incident/timeline.ts'

const minute = 60_000
const at = (minutes: number) => new Date(Date.UTC(2026, 2, 3) + minutes * minute).toISOString()

const everything: Route = {
  match: {},
  groupBy: ['service', 'alertname'],
  policies: { default: 'on-call' },
  stableForMs: 0,
  remediateFirstMs: {},
}

function row(id: number, change: Partial<InboxRow> = {}): InboxRow {
  return {
    id,
    eventId: `event-${id}`,
    source: 'firewatch',
    fingerprint: 'a1',
    status: 'firing',
    labels: { alertname: 'disk', service: 'feed', severity: 'warning' },
    annotations: {},
    startsAt: at(0),
    acceptedAt: at(id),
    homes: [],
    resolvedBefore: null,
    ...change,
  }
}

const resolved = (id: number, endsAt: string, change: Partial<InboxRow> = {}) =>
  row(id, { status: 'resolved', endsAt, ...change })
const muted = (id: number, change: Partial<InboxRow> = {}) =>
  row(id, { source: 'check/feed', annotations: { muted: 'cooldown until later' }, ...change })

/** The incident as it stands after these rows, open. */
function opened(rows: readonly InboxRow[], change: Partial<KnownIncident> = {}): KnownIncident {
  const { alerts, severity } = decideGroup(rows, undefined)
  return { isOpen: true, isWatched: false, severity, severityIsFixed: false, alerts, ...change }
}

describe('grouping', () => {
  it('goes by the labels that the route names', () => {
    const routes: Route[] = [{ ...everything, match: { team: 'data' }, groupBy: ['team'] }, everything]
    const { groups } = groupRows(
      [
        row(1),
        row(2, { fingerprint: 'b', labels: { alertname: 'lag', team: 'data' } }),
        row(3, { fingerprint: 'c', labels: { alertname: 'disk', service: 'feed', mount: '/var' } }),
        row(4, { fingerprint: 'd', labels: { alertname: 'late', team: 'data' } }),
      ],
      { routes },
    )
    expect(groups.map(({ groupingKey, rows }) => [groupingKey, rows.map(({ id }) => id)])).toEqual([
      ['service=feed,alertname=disk', [1, 3]],
      ['team=data', [2, 4]],
    ])
  })

  it.each(['constructor', '__proto__', 'toString'])(
    'goes by a label %s, which hardly any alert has',
    (name) => {
      const [group] = groupRows([row(1)], {
        routes: [{ ...everything, groupBy: ['alertname', name] }],
      }).groups
      expect(group?.groupingKey).toBe(`alertname=disk,${name}=`)
    },
  )

  it('leaves an alert in the incident that it fires in, though the route changed', () => {
    const [group] = groupRows([resolved(2, at(5), { homes: ['old key'] })], { routes: [everything] }).groups
    expect(group?.groupingKey).toBe('old key')
  })

  it('leaves what a person declared alone: its end by a sender is another alert’s, whatever its fingerprint', () => {
    const declared = row(1, { source: 'declared', labels: { alertname: 'Declared', declaration: 'web-1' } })
    const foreign = resolved(2, at(5), { labels: declared.labels })
    const keys = (rows: readonly InboxRow[]) =>
      groupRows(rows, { routes: [everything] }).groups.map(({ groupingKey, rows: of }) => [
        groupingKey,
        of.length,
      ])
    const apart = [
      ['declaration=web-1', 1],
      ['service=,alertname=Declared', 1],
    ]
    expect(keys([declared, foreign])).toEqual(apart)
    expect(keys([declared, { ...foreign, homes: ['declaration=web-1'] }])).toEqual(apart)
    expect(keys([foreign, declared])).toEqual(apart.toReversed())
    expect(keys([{ ...declared, homes: ['service=,alertname=Declared'] }])).toEqual([apart[0]])
  })

  it('groups by a label that declared alerts carry as by any other', () => {
    const declared = row(1, { source: 'declared', labels: { alertname: 'Declared', declaration: 'web-1' } })
    const foreign = row(2, { fingerprint: 'foreign', labels: declared.labels })
    const route = { ...everything, groupBy: ['declaration'] }
    const keys = groupRows([declared, foreign], { routes: [route] }).groups.map(
      ({ groupingKey }) => groupingKey,
    )
    expect(keys).toEqual(['declaration=web-1', ',declaration=web-1'])
  })

  it('keeps the events of one alert together, though its labels changed in between', () => {
    const { groups } = groupRows([row(1), resolved(2, at(5), { labels: { alertname: 'disk' } })], {
      routes: [everything],
    })
    expect(groups).toHaveLength(1)
  })
})

describe('a group of events', () => {
  it('opens an incident with the highest severity of its alerts', () => {
    const rows = [row(1), row(2, { fingerprint: 'b', labels: { severity: 'critical' } })]
    const decision = decideGroup(rows, undefined)
    expect(decision).toMatchObject({ opens: true, severity: 'P1' })
    expect(decision.alerts.map(({ fingerprint, status }) => `${fingerprint} ${status}`)).toEqual([
      'a1 firing',
      'b firing',
    ])
  })

  it('changes nothing when it is delivered again', () => {
    const rows = [
      row(1),
      row(2, { annotations: { summary: 'worse' } }),
      resolved(3, at(2)),
      row(4, { startsAt: at(3) }),
    ]
    expect(decideGroup(rows, opened(rows))).toMatchObject({ opens: false, alerts: [], changes: [] })
  })

  it('N50 brings what pages nobody to no incident, whatever ended before it in the same batch', () => {
    const labels = { alertname: 'disk', severity: 'none' }
    const rows = [{ ...resolved(1, at(5)), labels }, row(2, { labels, startsAt: at(6) })]
    const { groups, ungrouped } = groupRows(rows, { routes: [everything] })
    expect([groups.map((group) => group.rows.length), ungrouped.map(({ id }) => id)]).toEqual([[1], [2]])
  })

  it('opens nothing for a resolved event that nobody knows of', () => {
    expect(decideGroup([resolved(1, at(5))], undefined)).toMatchObject({ opens: false, alerts: [] })
  })

  it('clears and fires again in an open incident', () => {
    const known = opened([row(1)])
    const cleared = decideGroup([resolved(2, at(5))], known)
    expect(cleared.alerts).toMatchObject([{ status: 'resolved', endsAt: at(5), startsAt: at(0) }])
    const again = decideGroup([row(3, { startsAt: at(8) })], { ...known, alerts: cleared.alerts })
    expect(again.alerts).toMatchObject([{ status: 'firing', startsAt: at(8), endsAt: null }])
    expect(again.changes.map(({ kind }) => kind)).toEqual(['fires-again'])
  })

  it('keeps the labels that an alert fired with when it clears', () => {
    const cleared = decideGroup(
      [resolved(2, at(5), { labels: {}, annotations: {} })],
      opened([row(1, { annotations: { summary: 'full' } })]),
    )
    expect(cleared.alerts[0]).toMatchObject({ labels: row(1).labels, annotations: { summary: 'full' } })
  })

  it.each([
    { name: 'an older start', event: row(3, { startsAt: at(1) }), after: [row(1), resolved(2, at(2))] },
    {
      name: 'an end before the start that is known',
      event: resolved(3, at(4), { startsAt: at(0) }),
      after: [row(1, { startsAt: at(10) })],
    },
    {
      name: 'a start under way when its end was reported',
      event: row(3, { startsAt: at(2) }),
      after: [row(1), resolved(2, at(2))],
    },
  ])('is not moved back by $name', ({ event, after }) => {
    expect(decideGroup([event], opened(after)).alerts).toEqual([])
  })

  it('believes a source that goes on saying that it fires long after it reported the end', () => {
    const known = opened([row(1), resolved(2, at(2))])
    expect(decideGroup([row(7, { startsAt: at(0), acceptedAt: at(7) })], known).alerts).toEqual([])
    expect(decideGroup([row(8, { startsAt: at(0), acceptedAt: at(8) })], known).alerts).toMatchObject([
      { status: 'firing' },
    ])
  })

  it('opens nothing for a start that arrives after its own end', () => {
    const resolvedBefore = { endedAt: at(5), acceptedAt: at(6) }
    expect(decideGroup([row(7, { resolvedBefore, acceptedAt: at(7) })], undefined).opens).toBe(false)
    expect(
      decideGroup([row(7, { resolvedBefore, acceptedAt: at(7), startsAt: at(6) })], undefined).opens,
    ).toBe(true)
    expect(decideGroup([row(7, { resolvedBefore, acceptedAt: at(60) })], undefined).opens).toBe(true)
  })

  it('opens an incident even for what is over, if its start came first', () => {
    const decision = decideGroup([row(1), resolved(2, at(1))], undefined)
    expect(decision).toMatchObject({ opens: true, alerts: [{ status: 'resolved' }] })
  })

  it('does not open a closed incident again by a repeat of what it knew, but a new one by news', () => {
    const closed = { ...opened([row(5)]), isOpen: false }
    expect(decideGroup([row(5)], closed).opens).toBe(false)
    expect(decideGroup([row(6)], closed).opens).toBe(true)
  })

  describe('of which some are muted', () => {
    it('N05: opens an incident all the same when none is open', () => {
      expect(decideGroup([muted(1)], undefined)).toMatchObject({ opens: true })
    })

    it('changes the state of an open incident', () => {
      expect(decideGroup([muted(2, { fingerprint: 'b' })], opened([row(1)])).alerts).toMatchObject([
        { fingerprint: 'b', status: 'firing' },
      ])
    })

    it('comes along when another alert opens the incident', () => {
      expect(decideGroup([muted(1, { fingerprint: 'b' }), row(2)], undefined).alerts).toHaveLength(2)
    })

    it('is told when the cooldown ends', () => {
      const known = opened([row(1, { fingerprint: 'z' }), muted(2)])
      const told = decideGroup([row(3, { source: 'check/feed' })], known)
      expect(told.changes.map(({ kind }) => kind)).toEqual(['fires-again'])
      expect(told.alerts[0]?.annotations).toEqual({})
    })

    it('only heeds the mark of checks', () => {
      const known = opened([row(1, { fingerprint: 'z' }), muted(2, { source: 'firewatch' })])
      expect(decideGroup([row(3, { source: 'firewatch' })], known).changes).toEqual([])
    })
  })

  describe('and the severity', () => {
    const critical = row(2, { fingerprint: 'b', labels: { severity: 'critical' } })

    it('rises with a worse alert and does not fall when it clears', () => {
      const known = opened([row(1)])
      expect(decideGroup([critical], known).severity).toBe('P1')
      expect(
        decideGroup([resolved(3, at(9), { fingerprint: 'b' })], opened([row(1), critical])).severity,
      ).toBe('P1')
    })

    it('stays as a person set it', () => {
      expect(
        decideGroup([critical], opened([row(1)], { severity: 'P3', severityIsFixed: true })).severity,
      ).toBe('P3')
    })
  })

  describe('with clocks that are hours ahead', () => {
    it('an alert that began ahead ends when its end is told by a clock that is right', () => {
      const known = opened([row(1, { startsAt: at(120) })])
      const end = resolved(5, at(5), { startsAt: at(5) })
      expect(decideGroup([end], known).alerts).toMatchObject([{ status: 'resolved' }])
    })

    it('an alert whose end lay ahead fires again, known or not', () => {
      const ended = resolved(5, at(125), { startsAt: at(5) })
      const known = opened([row(1, { startsAt: at(1) })])
      const after = { ...known, alerts: decideGroup([ended], known).alerts }
      const again = row(6, {
        startsAt: at(6),
        resolvedBefore: { endedAt: at(125), acceptedAt: at(5) },
      })
      expect(decideGroup([again], after).alerts).toMatchObject([{ status: 'firing' }])
      expect(decideGroup([again], undefined).opens).toBe(true)
    })

    it('events of that clock alone go by it', () => {
      const known = opened([row(9, { startsAt: at(130) })])
      expect(decideGroup([resolved(10, at(125), { startsAt: at(120) })], known).alerts).toEqual([])
      const late = row(6, { startsAt: at(120), resolvedBefore: { endedAt: at(125), acceptedAt: at(5) } })
      expect(decideGroup([late], undefined).opens).toBe(false)
    })
  })

  it('ends where the source says, in whatever order its events arrive', () => {
    // One alert that fires and clears several times; each event once, shuffled, all within the time of retries.
    const events = fc.integer({ min: 1, max: 5 }).chain((cycles) => {
      const told = Array.from({ length: cycles * 2 }, (_, index) =>
        index % 2 === 0
          ? { status: 'firing' as const, startsAt: at(index * 10) }
          : { status: 'resolved' as const, startsAt: at((index - 1) * 10), endsAt: at(index * 10) },
      )
      return fc.tuple(fc.shuffledSubarray(told, { minLength: told.length }), fc.boolean())
    })
    fc.assert(
      fc.property(events, ([shuffled, lastIsMissing]) => {
        const last = shuffled
          .toSorted((a, b) => ((a.endsAt ?? a.startsAt) < (b.endsAt ?? b.startsAt) ? -1 : 1))
          .at(-1)
        const delivered = shuffled.filter((event) => !lastIsMissing || event !== last)
        let known = opened([row(1, { fingerprint: 'other' })], { alerts: [] })
        const seen: InboxRow[] = []
        for (const [index, event] of delivered.entries()) {
          const ends = seen.filter(({ status }) => status === 'resolved')
          const before = ends.toSorted((a, b) => ((a.endsAt ?? '') < (b.endsAt ?? '') ? -1 : 1)).at(-1)
          const arrived = row(index + 2, {
            ...event,
            acceptedAt: at(0),
            resolvedBefore: before === undefined ? null : { endedAt: before.endsAt ?? '', acceptedAt: at(0) },
          })
          seen.push(arrived)
          const { alerts } = decideGroup([arrived], known)
          if (alerts.length > 0) known = { ...known, alerts }
        }
        const firing = known.alerts.some(({ status }) => status === 'firing')
        expect(firing).toBe(lastIsMissing)
      }),
    )
  })
})

describe('an incident', () => {
  const stored = (labels: Record<string, string>) => ({ labels }) as unknown as StoredAlert

  it('is labelled by what its alerts share', () => {
    const alerts = [stored({ alertname: 'disk', mount: '/' }), stored({ alertname: 'disk', mount: '/var' })]
    expect(incidentLabels(alerts, everything)).toEqual({ alertname: 'disk' })
  })

  it('belongs to the service that its alerts name, else to the one of its route', () => {
    expect(incidentService({ service: 'feed' }, { ...everything, service: 'platform' })).toBe('feed')
    expect(incidentService({}, { ...everything, service: 'platform' })).toBe('platform')
    expect(incidentService({ service: 'x'.repeat(100_000) }, everything)).toMatch(/^x{199}…$/)
    expect(incidentService({}, everything)).toBe('unknown')
  })
})

describe('the timeline of a group', () => {
  const told = (rows: readonly InboxRow[], known?: KnownIncident) =>
    timelineOfGroup(decideGroup(rows, known))
      .map((entry) => readEntry({ incident: 7, ...entry }))
      .map(({ eventKey, kind, summary }) => `${eventKey} ${kind}: ${summary}`)

  it('begins with what was detected', () => {
    expect(
      told([row(1, { annotations: { summary: 'Disk is full' } }), row(2, { fingerprint: 'b' })]),
    ).toEqual(['detected detected: Detected: Disk is full, and 1 more alert'])
  })

  it('names an alert without a summary by its labels', () => {
    expect(told([row(1)])).toEqual(['detected detected: Detected: disk (service = feed, severity = warning)'])
  })

  it('tells few changes one by one', () => {
    const known = opened([row(1)])
    expect(told([resolved(2, at(5), { annotations: { summary: 'Disk is fine' } })], known)).toEqual([
      'alert/2 alert: Cleared: Disk is fine',
    ])
  })

  it('tells many changes in one entry', () => {
    const storm = Array.from({ length: 40 }, (_, index) =>
      row(index + 2, { fingerprint: `f${index}`, annotations: { summary: `Alert ${index}` } }),
    )
    expect(told(storm, opened([row(1)]))).toEqual([
      'alerts/41 alert: Firing: 40 alerts. Among them: Alert 0; Alert 1; Alert 2',
    ])
  })
})

it.each([
  [{ service: 'shop' }, 'feed', 'shop'],
  [{ service: '' }, 'feed', 'feed'],
  [{ service: ' \u200b' }, undefined, 'unknown'],
  [{}, undefined, 'unknown'],
])('N32: a service without a name is none: %j, route %j', (labels, service, expected) => {
  const route = { match: {}, ...(service === undefined ? {} : { service }) } as unknown as Route
  expect(incidentService(labels, route)).toBe(expected)
})
