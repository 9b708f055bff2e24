import { afterAll, beforeAll, expect } from 'vitest'
import type { AcceptedAlert } from '../../src/domain/alert/alert.ts'
import { describeCases, type Expectation, type Fields } from '../support/cases.ts'
import { type Incidents, type IncidentStory, startIncidents } from '../support/incidents.ts'

/* Cases of one alert told again and of alerts side by side, on the real store: events come in as senders bring them, people command as people do. */

let incidents: Incidents

beforeAll(async () => {
  incidents = await startIncidents()
})
afterAll(() => incidents?.stop())

type Status = AcceptedAlert['status']

describeCases('on-call', 'dedup', async (input, expectation) => {
  const { story } = await incidents.begin()
  if ('existing' in input) return again(story, input, expectation)
  if ('payloads' in input) return notifications(story, input, expectation)
  if ('alerts' in input) return sideBySide(story, input, expectation)
  if ('events' in input) return joining(story, input, expectation)
  if ('concurrent' in input) return atOnce(story, input, expectation)
  throw new Error(`no reader for ${JSON.stringify(Object.keys(input))}`)
})

/** An incident stands as `existing` says, and an event of the same key comes. */
async function again(story: IncidentStory, { existing, event, sameKey }: Fields, expectation: Expectation) {
  expect([event, sameKey]).toEqual(['trigger', true])
  if (existing !== 'none') await story.fire('a')
  if (existing === 'acknowledged') await story.give('acknowledge', 'ana')
  if (existing === 'closed') {
    await story.clear('a')
    await incidents.sleep(11 * 60_000)
    expect((await story.newest()).state).toBe('resolved')
  }
  const before = existing === 'none' ? undefined : await story.newest()
  const pages = story.calls().length
  await story.fire('a')
  const after = await story.newest()
  const isNew = before === undefined || after.number !== before.number
  const words = String(expectation.take('result'))
  expect(isNew).toBe(words.startsWith('new'))
  if (words.includes('old one never re-opens')) expect(after.recurrenceOf).toBe(before?.number)
  if (words.includes('stays acknowledged')) expect(after.acknowledgedBy).toBe('ana')
  if (words.includes('no new page')) expect(story.calls()).toHaveLength(pages)
  else expect(story.calls()).toHaveLength(pages + 1)
}

/** Notifications of one group, each alert by its own status. */
async function notifications(story: IncidentStory, { payloads }: Fields, expectation: Expectation) {
  for (const { alerts } of payloads as { alerts: [fingerprint: string, status: Status][] }[])
    await story.deliver(alerts.map(([fingerprint, status]) => story.alert(status, fingerprint, 'critical')))
  const now = await membersOf(story)
  expect(now.filter(([, status]) => status === 'firing').map(([name]) => name)).toEqual(
    expectation.take('open'),
  )
  expect(now.filter(([, status]) => status === 'resolved').map(([name]) => name)).toEqual(
    expectation.take('resolved'),
  )
}

async function sideBySide(story: IncidentStory, { alerts }: Fields, expectation: Expectation) {
  const given = alerts as { fingerprint: string; summary: string }[]
  await story.deliver(
    given.map(({ fingerprint, summary }) => ({
      ...story.alert('firing', fingerprint, 'critical'),
      annotations: { summary },
    })),
  )
  expect(await membersOf(story)).toHaveLength(Number(expectation.take('alerts')))
}

/** `a1 fires`, `ack`, `c3 fires in same group`. */
async function joining(story: IncidentStory, { events }: Fields, expectation: Expectation) {
  for (const event of (events as string[]).slice(0, -1)) await happens(story, event)
  const before = story.pages().length
  await happens(story, (events as string[]).at(-1) ?? '')
  expect(story.pages().length > before).toBe(expectation.take('newNotification'))
}

async function happens(story: IncidentStory, event: string): Promise<void> {
  if (event === 'ack') return void (await story.give('acknowledge', 'ana'))
  const [, fingerprint = '', verb] = /^(\w+) (fires|clears)/.exec(event) ?? []
  if (verb === undefined) throw new Error(`what happens at "${event}"?`)
  await (verb === 'fires' ? story.fire(fingerprint) : story.clear(fingerprint))
}

async function atOnce(story: IncidentStory, { concurrent }: Fields, expectation: Expectation) {
  const alerts = Array.from({ length: Number(concurrent) }, () => story.alert('firing', 'a', 'critical'))
  await Promise.all(alerts.map((one) => story.apply([one])))
  const { rows } = await incidents.pool.query<{ incidents: string; events: string }>(
    `SELECT (SELECT count(*) FROM incidents WHERE grouping_key = $1) AS incidents,
       (SELECT count(*) FROM alert_inbox WHERE dispatched_at IS NOT NULL AND event_id = ANY($2)) AS events`,
    [story.groupingKey, alerts.map(({ eventId }) => eventId)],
  )
  expect(Number(rows[0]?.incidents)).toBe(expectation.take('incidents'))
  expect(Number(rows[0]?.events)).toBe(expectation.take('recordedEvents'))
}

/** Name and status of each alert of the incident. */
async function membersOf(story: IncidentStory): Promise<[string, Status][]> {
  const { number } = await story.newest()
  const alerts = await incidents.records.incidents.alertsOf(number)
  return alerts
    .map(({ labels, status }): [string, Status] => [labels['group'] ?? '', status])
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
}
