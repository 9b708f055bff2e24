import { setImmediate } from 'node:timers/promises'
import { expect, vi } from 'vitest'
import type { Side } from './beside.ts'

/** What is done to both; alerts and silences are told by their place among those that were made. */
export type Step =
  | { readonly kind: 'fire'; readonly alerts: readonly number[]; readonly lasts: 'open' | 'hour' | 'moment' }
  | { readonly kind: 'resolve'; readonly alerts: readonly number[] }
  | { readonly kind: 'silence'; readonly matchers: readonly Matcher[] }
  | { readonly kind: 'expire'; readonly silence: number }

interface Matcher {
  readonly name: string
  readonly value: string
  readonly isEqual: boolean
  readonly isRegex: boolean
}

async function ask<Answer>(side: Side, method: string, path: string, body?: unknown): Promise<Answer> {
  const headers = {
    'content-type': 'application/json',
    ...(side.token === undefined ? {} : { authorization: `Bearer ${side.token}` }),
  }
  const sent = body === undefined ? { method, headers } : { method, headers, body: JSON.stringify(body) }
  const answer = await fetch(new URL(path, side.url), sent)
  const text = await answer.text()
  expect([path, text, answer.status]).toEqual([path, text, 200])
  return (text === '' ? undefined : JSON.parse(text)) as Answer
}

interface AlertJson {
  readonly fingerprint: string
  readonly labels: object
  readonly startsAt: string
  readonly receivers: readonly { readonly name: string }[]
  readonly status: {
    readonly state: string
    readonly silencedBy: readonly string[]
    readonly inhibitedBy: readonly string[]
  }
}

/** Without what differs: ids, and when and which one of those that inhibit was found first. */
function comparable(alert: AlertJson, silences: readonly string[]) {
  const { fingerprint, labels, startsAt, receivers, status } = alert
  return {
    fingerprint,
    labels,
    startsAt,
    receivers: receivers.map(({ name }) => name),
    state: status.state,
    silencedBy: status.silencedBy.map((id) => silences.indexOf(id)).toSorted((a, b) => a - b),
    isInhibited: status.inhibitedBy.length > 0,
  }
}

async function seenOn(side: Side, run: string, silences: readonly string[]) {
  const query = `filter=${encodeURIComponent(`run="${run}"`)}`
  const alerts = await ask<AlertJson[]>(side, 'GET', `/api/v2/alerts?${query}`)
  const active = await ask<AlertJson[]>(
    side,
    'GET',
    `/api/v2/alerts?${query}&silenced=false&inhibited=false&receiver=wake|night`,
  )
  const groups = await ask<{ labels: object; receiver: { name: string }; alerts: AlertJson[] }[]>(
    side,
    'GET',
    `/api/v2/alerts/groups?${query}`,
  )
  return {
    alerts: alerts.map((alert) => comparable(alert, silences)),
    active: active.map(({ fingerprint }) => fingerprint),
    groups: groups.map(({ labels, receiver, alerts: members }) => ({
      labels,
      receiver: receiver.name,
      alerts: members.map((alert) => comparable(alert, silences)),
    })),
  }
}

function endOf(lasts: 'open' | 'hour' | 'moment', now: string): { readonly endsAt?: string } {
  if (lasts === 'open') return {}
  const ms = lasts === 'hour' ? 3_600_000 : 500
  return { endsAt: new Date(Date.parse(now) + ms).toISOString() }
}

let runs = 0
let lastMs = 0

/** Later than every instant before. */
async function nextInstant(): Promise<string> {
  while (Date.now() <= lastMs) await setImmediate()
  lastMs = Date.now()
  return new Date(lastMs).toISOString()
}

/** One story, told to both. */
export function createStory(sides: readonly [Side, Side], labelSets: readonly object[]) {
  const run = `run-${process.pid}-${runs++}`
  const silences = new Map<Side, string[]>(sides.map((side) => [side, []]))
  const startedAt = new Map<number, string>()
  const isOpen = new Set<number>()
  const labelsOf = (index: number) => ({ ...labelSets[index % labelSets.length], run })
  const onBoth = (tell: (side: Side) => Promise<unknown>) => Promise.all(sides.map(tell))

  async function post(alerts: readonly object[]): Promise<void> {
    await onBoth((side) => ask(side, 'POST', '/api/v2/alerts', alerts))
  }

  const tell = {
    async fire({ alerts, lasts }: Extract<Step, { kind: 'fire' }>) {
      const now = await nextInstant()
      const posted = alerts.map((each) => {
        const index = each % labelSets.length
        const startsAt = startedAt.get(index) ?? now
        // An end before a time-out's counts there, and not here.
        const kind = lasts === 'moment' && isOpen.has(index) ? 'hour' : lasts
        if (kind === 'open') isOpen.add(index)
        else isOpen.delete(index)
        if (kind === 'moment') startedAt.delete(index)
        else startedAt.set(index, startsAt)
        return { labels: labelsOf(index), startsAt, ...endOf(kind, now) }
      })
      await post(posted)
    },
    async resolve({ alerts }: Extract<Step, { kind: 'resolve' }>) {
      const now = await nextInstant()
      await post(
        alerts.map((index) => {
          const startsAt = startedAt.get(index % labelSets.length) ?? now
          startedAt.delete(index % labelSets.length)
          return { labels: labelsOf(index), startsAt, endsAt: now }
        }),
      )
    },
    async silence({ matchers }: Extract<Step, { kind: 'silence' }>) {
      const ofRun = { name: 'run', value: run, isEqual: true, isRegex: false }
      const now = await nextInstant()
      const silence = {
        matchers: [ofRun, ...matchers],
        startsAt: now,
        endsAt: new Date(Date.parse(now) + 3_600_000).toISOString(),
        createdBy: 'ana',
        comment: 'differential',
      }
      await onBoth(async (side) => {
        const { silenceID } = await ask<{ silenceID: string }>(side, 'POST', '/api/v2/silences', silence)
        silences.get(side)?.push(silenceID)
      })
    },
    async expire({ silence }: Extract<Step, { kind: 'expire' }>) {
      await onBoth(async (side) => {
        const id = silences.get(side)?.[silence]
        if (id !== undefined) await ask(side, 'DELETE', `/api/v2/silence/${id}`)
      })
    },
  }

  return {
    async take(next: Step) {
      switch (next.kind) {
        case 'fire':
          return tell.fire(next)
        case 'resolve':
          return tell.resolve(next)
        case 'silence':
          return tell.silence(next)
        case 'expire':
          return tell.expire(next)
      }
    },
    /** Alertmanager's parts hear of alerts one after another. */
    agree: () =>
      vi.waitFor(
        async () => {
          const [theirs, ours] = await Promise.all(
            sides.map((side) => seenOn(side, run, silences.get(side) ?? [])),
          )
          expect(ours).toEqual(theirs)
        },
        { timeout: 4_000, interval: 30 },
      ),
  }
}
