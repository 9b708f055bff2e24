import { afterAll, beforeAll, expect } from 'vitest'
import { type GroupStanding, type NoticeLog, noticeReason } from '../../src/domain/alert/group-notice.ts'
import { describeCases, type Expectation, type Fields } from '../support/cases.ts'
import { minute } from '../support/incident-configuration.ts'
import type { GroupHappening, GroupTimes } from '../support/alertmanager-group.ts'
import { follow, tellGroup } from '../support/group-story.ts'
import { type Incidents, startIncidents } from '../support/incidents.ts'

/*
 * Cases of groups, as Alertmanager tells of them, on the real store: alerts come in as senders bring them, and a room follows the route. Nobody else is
 * paged, so that every message is one of the group.
 */

let incidents: Incidents

beforeAll(async () => {
  incidents = await startIncidents()
})
afterAll(() => incidents?.stop())

const dayMs = 86_400_000

describeCases('on-call', 'grouping', async (input, expectation) => {
  if ('rows' in input) return decisions(input, expectation)
  if ('startsAtAgeSec' in input) return oldAtFirstSight(input, expectation)
  if ('events' in input) return notifications(input, expectation)
  throw new Error(`no reader for ${JSON.stringify(Object.keys(input))}`)
})

const seconds = (value: unknown, otherwise: number) => Number(value ?? otherwise)

/** What Alertmanager does where a case says nothing. */
function timesOf({
  groupWaitSec,
  groupIntervalSec,
  repeatIntervalSec,
  sendResolved = true,
}: Fields): GroupTimes {
  return {
    wait: seconds(groupWaitSec, 30),
    interval: seconds(groupIntervalSec, 300),
    repeat: seconds(repeatIntervalSec, 14_400),
    sendResolved: sendResolved === true,
  }
}

async function notifications(input: Fields, expectation: Expectation) {
  const times = timesOf(input)
  expect(
    seconds(input['sendLatencySec'], 0),
    'a notice is on its way for less than an interval',
  ).toBeLessThan(times.interval)
  const events = input['events'] as readonly GroupHappening[]
  const { told, reasons } = await tellGroup(incidents, times, events, seconds(input['untilSec'], 0))
  const expected = expectation.take('notifications') as readonly [number, string[], string[], string][]
  expect(told).toEqual(expected.map(([sec, firing, resolved]) => ({ sec, firing, resolved })))
  expect(reasons).toEqual(expected.map(([, , , reason]) => reasonOf(reason)))
}

/** Cases name reasons in words of their own: `new alerts`, `resolved`, `some resolved`. */
function reasonOf(words: string): unknown {
  if (/all/.test(words)) return 'all-resolved'
  if (/resolved/.test(words)) return expect.stringMatching(/^(some|all)-resolved$/)
  return words
    .trim()
    .replaceAll(' ', '-')
    .replace(/^first-.*/, 'first')
    .replace(/^repeat-.*/, 'repeat')
}

/** One that fires for longer than the group wait as it is seen first is told at once. */
async function oldAtFirstSight(input: Fields, expectation: Expectation) {
  const { world, story } = await follow(incidents, timesOf(input))
  const start = incidents.now()
  const startsAt = new Date(start - seconds(input['startsAtAgeSec'], 0) * 1_000).toISOString()
  await story.deliver([{ ...story.alert('firing', 'A', 'critical'), startsAt }])
  let first: number | undefined = world.messages.length > 0 ? 0 : undefined
  while (first === undefined && incidents.now() < start + 10 * minute) {
    await incidents.sleep(1_000)
    if (world.messages.length > 0) first = Math.round((incidents.now() - start) / 1_000)
  }
  expect(first).toBe(expectation.take('firstFlushSec'))
  // Alerts are kept: after a start no source has to send again before others are told, so nothing settles.
  expectation.take('duringStartup')
}

/** `log{1,2,3}@-9m firing same repeat10m`: what was told last and when, what stands now, and how the room is told. */
function decisions({ rows }: Fields, expectation: Expectation) {
  let before = ''
  const told = (rows as readonly string[]).map((row) => {
    const whole = row.startsWith('same, ')
      ? `${before.replace(/send_resolved=\w+/, '')} send_resolved=${row.slice(6)}`
      : row
    before = whole
    return isTold(whole)
  })
  expect(told).toEqual(expectation.take('notify'))
}

function isTold(row: string): boolean {
  const { log, standing, at } = rowOf(row)
  const repeatMs = minutesOf(/repeat ?(\d+)m/.exec(row)?.[1]) ?? null
  const sendResolved = !row.includes('send_resolved=false')
  return noticeReason(log, standing, { repeatMs, sendResolved }, at) !== null
}

function rowOf(row: string): { log: NoticeLog | null; standing: GroupStanding; at: number } {
  const at = dayMs
  const [said, now] = splitRow(row)
  const hasLog = said !== 'no log'
  const told = { firing: setIn(said, 'fire') ?? setIn(said, 'log') ?? [], resolved: setIn(said, 'res') ?? [] }
  const toldAt = at - (minutesOf(/@-(\d+)m/.exec(said)?.[1]) ?? 0)
  const unsaid = hasLog ? told.firing : ['1']
  const firing = /none firing|only resolved/.test(now) ? [] : (setIn(now, 'fir(?:e|ing)') ?? unsaid)
  const resolved = setIn(now, 'res') ?? (/resolved changes|only resolved/.test(now) ? ['new'] : [])
  return {
    at,
    log: hasLog ? { at: toldAt, firing: told.firing.length } : null,
    standing: {
      firing: firing.length,
      newlyFiring: firing.filter((one) => !told.firing.includes(one)).length,
      newlyResolved: resolved.filter((one) => !told.resolved.includes(one)).length,
      suppressed: 0,
    },
  }
}

/** What the log has, and what stands now. */
function splitRow(row: string): [string, string] {
  const [, said = '', now = ''] =
    /^(no log|log resolved only|log(?: \w+)?\{[^}]*\}(?: res\{[^}]*\})?(?:@-\d+m)?)[,:]? (.*)$/.exec(row) ??
    []
  if (said === '') throw new Error(`what does ${JSON.stringify(row)} say?`)
  return [said, now]
}

function setIn(text: string, name: string): string[] | undefined {
  const found = new RegExp(`${name}\\{([^}]*)\\}`).exec(text)?.[1]
  return found
    ?.split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '')
}

function minutesOf(digits: string | undefined): number | undefined {
  return digits === undefined ? undefined : Number(digits) * minute
}
