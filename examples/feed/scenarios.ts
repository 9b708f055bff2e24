import type { Incident } from '../../src/domain/incident/incident.ts'
import type { IncidentView } from '../../src/web/incident-view.ts'
import type { FaultName } from './faults.ts'

/** What the fakes received for one person, in the order it came in. */
export interface ReceivedPage {
  readonly person: string
  readonly channel: string
  readonly idempotencyKey: string
}

/** Everything that is known when a story is over. */
export interface Outcome {
  readonly incident: Incident
  readonly records: IncidentView
  readonly review: string
  readonly received: readonly ReceivedPage[]
  /** Of the service, before the fault and at the end: which process served. */
  readonly instances: { readonly before: string; readonly after: string }
  /** Process ids of Firewatch's worker: the one that was killed, if the story kills it, and the one at the end. */
  readonly workers: { readonly killed: number | null; readonly atEnd: number }
}

export interface Expectation {
  readonly what: string
  readonly holds: (outcome: Outcome) => boolean
}

export interface Scenario {
  readonly title: string
  readonly fault: FaultName
  /** Who acknowledges and mends the world by hand, once paged; absent: nobody is needed. */
  readonly rescuer?: string
  /** Whether Firewatch's worker is killed with -9 while the first step waits for an acknowledgement. */
  readonly killsWorker?: boolean
  readonly expectations: readonly Expectation[]
}

const attempt = ({ records }: Outcome, action: string) =>
  records.attempts.find((tried) => tried.action === action)
const pagedPeople = ({ received }: Outcome) => [...new Set(received.map(({ person }) => person))]

const pagesOnly = (pages: IncidentView['pages']) => pages.filter(({ kind }) => kind === 'page')

const always: readonly Expectation[] = [
  {
    what: 'the drop was detected by a check',
    holds: ({ records }) => records.alerts.some(({ labels }) => labels['group'] === 'iOS'),
  },
  {
    what: 'every page was delivered once',
    holds: ({ received }) => new Set(received.map(keyOf)).size === received.length,
  },
  { what: 'the incident is resolved', holds: ({ incident }) => incident.state === 'resolved' },
  { what: 'evidence was kept', holds: ({ records }) => records.evidence.length > 0 },
  {
    what: 'the review cites evidence',
    holds: ({ incident, review }) => review.includes(`INC-${incident.number}/E`),
  },
]

/** What a cause that only people can mend leads to, whatever happens to Firewatch meanwhile. */
const peopleAreNeeded: readonly Expectation[] = [
  {
    what: 'the cache flush had no effect',
    holds: (outcome) => attempt(outcome, 'cache_invalidation')?.outcome === 'no-effect',
  },
  {
    what: 'the restart had no effect',
    holds: (outcome) => attempt(outcome, 'pipeline_restart')?.outcome === 'no-effect',
  },
  {
    what: 'the service really was restarted',
    holds: ({ instances }) => instances.before !== instances.after,
  },
  {
    what: 'ana, ben and carol were paged, in this order',
    holds: (outcome) => pagedPeople(outcome).join() === 'ana,ben,carol',
  },
  { what: 'carol acknowledged', holds: ({ incident }) => incident.acknowledgedBy === 'carol' },
]

/** The stories that the demo can tell. What is expected is judged from records at the end, never from the script. */
export const scenarios: Readonly<Record<string, Scenario>> = {
  heals: {
    title: 'A poisoned cache hides posts on iOS. Firewatch flushes it, and nobody is woken.',
    fault: 'poison-cache',
    expectations: [
      ...always,
      {
        what: 'the cache flush helped',
        holds: (outcome) => attempt(outcome, 'cache_invalidation')?.outcome === 'helped',
      },
      { what: 'nothing else was tried', holds: ({ records }) => records.attempts.length === 1 },
      { what: 'nobody was paged', holds: (outcome) => pagedPeople(outcome).length === 0 },
      {
        what: 'the service was not restarted',
        holds: ({ instances }) => instances.before === instances.after,
      },
    ],
  },
  escalates: {
    title:
      'A bad ranking configuration hides posts on iOS. Neither a flush nor a restart cures that: people are needed.',
    fault: 'bad-config',
    rescuer: 'carol',
    expectations: [...always, ...peopleAreNeeded],
  },
  crash: {
    title:
      'People are needed, and while the first of them is awaited Firewatch’s worker is killed with -9: the story goes on.',
    fault: 'bad-config',
    rescuer: 'carol',
    killsWorker: true,
    expectations: [
      ...always,
      ...peopleAreNeeded,
      {
        what: 'the worker was killed, and another took over by itself',
        holds: ({ workers: { killed, atEnd } }) => killed !== null && killed !== atEnd,
      },
      {
        what: 'nobody was paged twice, and every page is known to be sent',
        // What an owner is told besides, such as that it grew, reads like a page and is none.
        holds: ({ records: { pages }, received }) =>
          pagesOnly(pages).every(
            ({ id, state }) =>
              state === 'sent' &&
              received.filter(({ idempotencyKey }) => idempotencyKey.endsWith(`/${id}`)).length === 1,
          ),
      },
    ],
  },
}

function keyOf({ idempotencyKey, channel }: ReceivedPage): string {
  return `${channel} ${idempotencyKey}`
}
