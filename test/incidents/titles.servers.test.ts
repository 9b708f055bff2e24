import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { AcceptedAlert } from '../../src/domain/alert/alert.ts'
import { type Incidents, startIncidents } from '../support/incidents.ts'

let incidents: Incidents

beforeAll(async () => {
  incidents = await startIncidents()
})
afterAll(() => incidents?.stop())

/** An alert as a check writes it. */
function seriesOf(alert: AcceptedAlert, title: string, distance: number): AcceptedAlert {
  const annotations = { title, summary: title, distance: String(distance), checkTitle: 'Feed activity' }
  return { ...alert, labels: { ...alert.labels, check: 'feed-activity' }, annotations }
}

describe('N32: what people know an incident by', () => {
  it('is the total and the worst of what opens it, in whatever order it comes', async () => {
    const { story } = await incidents.begin()
    await story.deliver([
      seriesOf(story.alert('firing', 'a', 'critical'), 'Views down 51 %', 0.51),
      seriesOf(story.alert('firing', 'b', 'critical'), 'Likes on iOS down 97 %', 0.97),
      seriesOf(story.alert('firing', 'c', 'critical'), 'Users down 60 %', 0.6),
    ])
    const { title, service } = await story.newest()
    expect(title).toBe(`3 series of Feed activity, worst: Likes on iOS down 97 % (${service})`)
    expect(await story.timeline()).toContain('Detected: Likes on iOS down 97 %, and 2 more alerts')
  })

  it('follows what joins it: more, and worse', async () => {
    const { story } = await incidents.begin()
    await story.deliver([seriesOf(story.alert('firing', 'a', 'critical'), 'Views down 51 %', 0.51)])
    const { service } = await story.newest()
    expect((await story.newest()).title).toBe(`Views down 51 % (${service})`)
    await story.deliver([seriesOf(story.alert('firing', 'b', 'critical'), 'Likes down 97 %', 0.97)])
    expect((await story.newest()).title).toBe(
      `2 series of Feed activity, worst: Likes down 97 % (${service})`,
    )
    // A more severe one comes first, however near its limit it is.
    await story.deliver([seriesOf(story.alert('firing', 'c', 'P0'), 'Users down 52 %', 0.52)])
    expect((await story.newest()).title).toBe(
      `3 series of Feed activity, worst: Users down 52 % (${service})`,
    )
  })

  it('stays what it was when some of it clears, and after that counts what fires', async () => {
    const { story } = await incidents.begin()
    const first = seriesOf(story.alert('firing', 'a', 'critical'), 'Views down 99 %', 0.99)
    await story.deliver([first, seriesOf(story.alert('firing', 'b', 'critical'), 'Likes down 97 %', 0.97)])
    const { title, service } = await story.newest()
    await story.deliver([story.alert('resolved', 'a', 'critical')])
    expect((await story.newest()).title).toBe(title)
    await story.deliver([seriesOf(story.alert('firing', 'c', 'critical'), 'Users down 60 %', 0.6)])
    expect((await story.newest()).title).toBe(
      `2 series of Feed activity, worst: Likes down 97 % (${service})`,
    )
  })

  it('has no rule’s name where an alert says nothing but that, and none of what no store takes', async () => {
    const { story } = await incidents.begin()
    await story.deliver([
      { ...story.alert('firing', 'a', 'critical'), annotations: { distance: 'Infinity', title: ' ' } },
    ])
    expect((await story.newest()).title).not.toContain(':')
    await story.deliver([
      {
        ...story.alert('firing', 'b', 'P0'),
        annotations: { distance: '1e400', title: '\u0000💥'.repeat(300) },
      },
    ])
    expect((await story.newest()).title).toMatch(/^2 series, worst: \ufffd💥/)
  })
})
