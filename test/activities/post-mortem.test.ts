import { describe, expect, it } from 'vitest'
import {
  createPostMortemActivities,
  type StoredReview,
  type PostMortemDependencies,
} from '../../activities/post-mortem.ts'
import { renderPng } from '../../src/chart/render.ts'
import type { ChartData } from '../../src/domain/chart/chart.ts'
import type { Configuration } from '../../src/domain/configuration/configuration.ts'
import { type NewTimelineEntry, readEntry } from '../../src/domain/incident/timeline.ts'
import { loadReviewTemplate } from '../../src/templates/review.ts'
import { at, evidence, records, runbook } from '../domain/post-mortem/world.ts'

const renderReview = await loadReviewTemplate()
const given = records()
const chart: ChartData = {
  title: 'Likes',
  from: at('02:00'),
  bucketMs: 900_000,
  today: [1, 2],
  yesterday: [1, 2, 3],
  weekAgo: [1, null, 3],
}

function createWorld(change: { chart?: ChartData } = {}) {
  const files = new Map<string, string | Uint8Array>()
  const told: NewTimelineEntry[] = []
  let kept: StoredReview | undefined
  const configuration = {
    services: { feed: { name: 'feed', owner: 'feed-team' } },
    users: { ana: { name: 'ana', title: 'Ana Torres' } },
    runbooks: [runbook()],
    timeZone: 'UTC',
  } as unknown as Configuration
  const collected =
    change.chart === undefined
      ? given.evidence
      : [...given.evidence, evidence(3, 'mitigated/chart', change.chart)]
  const deps: PostMortemDependencies = {
    incidents: { get: async () => given.incident, alertsOf: async () => given.alerts },
    configurations: { get: async () => configuration },
    timeline: {
      append: async (entry) => void told.push(entry),
      ofIncident: async () => [...given.timeline, ...told.map(readEntry)],
    },
    evidence: { list: async () => collected },
    attempts: { ofIncident: async () => given.attempts },
    pages: { ofIncident: async () => given.pages },
    reviews: { add: async (review) => (kept ??= review) },
    renderReview,
    renderChart: renderPng,
    folder: { write: async (name, content) => void files.set(name, content) },
    now: () => new Date(at('05:00')),
  }
  return { activities: createPostMortemActivities(deps), deps, files, told, review: () => kept }
}

describe('drafting a review', () => {
  it('stores it, and writes it with its chart beside it', async () => {
    const world = createWorld({ chart })
    expect(await world.activities.draftReview({ incident: 42 })).toEqual({
      file: 'INC-42.md',
      passed: 16,
      checks: 16,
    })
    expect([...world.files.keys()].toSorted()).toEqual(['INC-42.md', 'INC-42.png'])
    expect(world.files.get('INC-42.md')).toBe(world.review()?.markdown)
    expect(world.review()?.markdown).toContain('](INC-42.png)')
    expect([...(world.files.get('INC-42.png') as Uint8Array).subarray(1, 4)]).toEqual([0x50, 0x4e, 0x47])
  })

  it('gives actions without an owner to the owner of the service', async () => {
    const world = createWorld()
    await world.activities.draftReview({ incident: 42 })
    expect(world.review()?.model.actions.proposed.map(({ owner }) => owner)).toEqual([
      'carol',
      'feed-team',
      'feed-team',
    ])
  })

  it('without measurements writes no chart, and says so', async () => {
    const world = createWorld()
    await world.activities.draftReview({ incident: 42 })
    expect([...world.files.keys()]).toEqual(['INC-42.md'])
    expect(world.review()?.markdown).toContain('No chart')
  })

  it('tells the timeline how it stands', async () => {
    const world = createWorld()
    await world.activities.draftReview({ incident: 42 })
    expect(world.told).toMatchObject([
      {
        eventKey: 'review/drafted',
        at: at('05:00'),
        fact: { type: 'review-drafted', checks: 16, open: [] },
      },
    ])
  })

  it('again drafts nothing over what is there, and writes the same files', async () => {
    const world = createWorld({ chart })
    await world.activities.draftReview({ incident: 42 })
    const [first, markdown] = [world.review(), world.files.get('INC-42.md')]
    world.files.clear()
    await world.activities.draftReview({ incident: 42 })
    expect(world.review()).toBe(first)
    expect(world.files.get('INC-42.md')).toBe(markdown)
    expect(world.files.has('INC-42.png')).toBe(true)
  })

  it('from the same records is the same to the letter', async () => {
    const [one, other] = [createWorld(), createWorld()]
    await one.activities.draftReview({ incident: 42 })
    await other.activities.draftReview({ incident: 42 })
    expect(one.review()).toEqual(other.review())
  })
})
