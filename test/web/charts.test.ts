import { describe, expect, it } from 'vitest'
import { as, startWeb, type TestWeb } from './world.ts'
import { checkDetails, checkReading, hostile, storedReview } from './story.ts'

const browser = { ...as('responder'), accept: 'text/html' }

async function web(change: Partial<TestWeb['state']> = {}) {
  const { app, state } = await startWeb()
  Object.assign(state, {
    checks: [checkReading()],
    details: [checkDetails()],
    review: storedReview(),
    ...change,
  })
  return (url: string, headers: Record<string, string> = browser) => app.inject({ url, headers })
}

describe('N34: the chart of an incident', () => {
  it('is a picture that is dark where the reader prefers it, with another for phones and its numbers beside it', async () => {
    const { body } = await (await web())('/incidents/INC-42')
    expect(body).toMatch(
      /<source media="\(max-width: 40rem\)" srcset="\/charts\/c0ffee\.svg\?timeZone=UTC&amp;size=narrow"/,
    )
    expect(body).toMatch(
      /<img class="chart" src="\/charts\/c0ffee\.svg\?timeZone=UTC" data-renew alt="Chart of Likes on iOS\. /,
    )
    expect(body).toContain('href="/incidents/INC-42/chart"')
    expect(body).toContain(
      'Fires at 50 % or more from the same time a day ago and a week ago, and outside them.',
    )
  })

  it('is given to whoever knows its token, and may run and load nothing', async () => {
    const answer = await (await web())('/charts/c0ffee.svg', {})
    expect([answer.statusCode, answer.headers['content-type'], answer.headers['cache-control']]).toEqual([
      200,
      'image/svg+xml; charset=utf-8',
      'no-store',
    ])
    expect(answer.headers['content-security-policy']).toBe(
      "default-src 'none'; style-src 'unsafe-inline'; sandbox",
    )
    expect(answer.body).toContain('prefers-color-scheme:dark')
    expect(answer.body).toContain('width="640"')
  })

  it('has the size and the clock that are asked for, and refuses others in words', async () => {
    const get = await web()
    const { body } = await get('/charts/c0ffee.svg?size=narrow&timeZone=Asia/Kolkata', {})
    expect(body).toContain('width="360"')
    expect(body).toContain('(Asia/Kolkata)</text>')
    for (const [query, problem] of [
      ['size=huge', 'size: is wide or narrow'],
      ['timeZone=Mars/Base', 'timeZone: is not a time zone: write one such as Europe/Berlin or UTC'],
    ] as const) {
      const refused = await get(`/charts/c0ffee.svg?${query}`, {})
      expect([refused.statusCode, refused.json().problems]).toEqual([400, [problem]])
    }
  })

  it.each([
    '/charts/other.svg',
    '/charts/c0ffee',
    '/charts/c0ffee.gif',
    '/charts/.png',
    '/charts/..%2Fc0ffee.png',
  ])('%s is none', async (url) => {
    expect((await (await web())(url, {})).statusCode).toBe(404)
  })

  it('its numbers have the values, the limits and when it fired', async () => {
    const { body, statusCode } = await (await web())('/incidents/INC-42/chart')
    expect(statusCode).toBe(200)
    for (const words of [
      'Fires below',
      'Fires above',
      '12 /min',
      '>fires<',
      'Fires at 50 % or more from the same time',
    ])
      expect(body).toContain(words)
  })
})

describe('N34: where nothing measures what fires', () => {
  const none = { chart: { kind: 'none' } } as const

  it.each(['/incidents/INC-42', '/reviews/INC-42'])('%s has no chart', async (url) => {
    const { body, statusCode } = await (await web(none))(url)
    expect(statusCode).toBe(200)
    expect(body).not.toMatch(/class="chart"|\/chart[s"/]/)
  })

  it.each(['/charts/c0ffee.png', '/charts/c0ffee.svg', '/incidents/INC-42/chart'])(
    '%s says so instead of an empty picture',
    async (url) => {
      const { statusCode, json } = await (await web(none))(url, as('viewer'))
      expect([statusCode, json().error]).toEqual([404, 'INC-42 has no chart: no check measures what fired'])
    },
  )
})

describe('N34: while the measurements cannot be read', () => {
  const away = { chart: { kind: 'unreadable', why: 'unavailable' } } as const
  const words = 'The measurements cannot be read: ClickHouse does not answer.'

  it('the picture says so', async () => {
    const get = await web(away)
    for (const [url, type] of [
      ['/charts/c0ffee.svg', 'image/svg+xml; charset=utf-8'],
      ['/charts/c0ffee.png', 'image/png'],
      ['/checks/feed-activity/chart.svg?metric=likes&slice=os&group=iOS', 'image/svg+xml; charset=utf-8'],
    ] as const) {
      const { statusCode, headers } = await get(url)
      expect([statusCode, headers['content-type']]).toEqual([503, type])
    }
    expect((await get('/charts/c0ffee.svg')).body).toContain(words)
  })

  it.each(['/incidents/INC-42/chart', '/checks/feed-activity/chart?metric=likes&slice=os&group=iOS'])(
    '%s says so',
    async (url) => {
      const { statusCode, body } = await (await web(away))(url)
      expect(statusCode).toBe(503)
      expect(body).toContain(words)
      expect(body).not.toContain('<table')
    },
  )

  it.each(['/incidents/INC-42', '/checks/feed-activity', '/checks'])(
    '%s is there all the same',
    async (url) => {
      expect((await (await web(away))(url)).statusCode).toBe(200)
    },
  )
})

describe('N34: the page of a check', () => {
  const page = '/checks/feed-activity'

  it('says in words what it watches, how it stands and what came of it', async () => {
    const { body } = await (await web())(page)
    for (const words of [
      'firing</span> 1 of 3 series, since <time datetime="2026-03-02T02:45:00.000Z">',
      'Likes (likes), a count per bucket, in /min',
      '3: by os (3 groups)',
      'at 40 % or more from the same time a day ago and a week ago, and outside them',
      'after 3 ok buckets in a row',
      'buckets of 15 min, every 15 min',
      'href="/incidents/INC-42"',
    ])
      expect(body).toContain(words)
    expect(body).toMatch(/href="\/runbooks\/[\w-]+"/)
  })

  it('draws what fires first, and every series can be chosen in the address', async () => {
    const { body } = await (await web())(page)
    const drawn = [...body.matchAll(/<img class="chart" src="([^"]*)"/g)].map(([, src]) => src)
    expect(drawn).toHaveLength(3)
    expect(drawn[0]).toContain('/chart.svg?metric=likes&amp;slice=os&amp;group=iOS&amp;range=24h')
    expect(body).toContain(
      'href="/checks/feed-activity?metric=likes&amp;slice=os&amp;group=iOS&amp;range=24h"',
    )
  })

  it('of many series draws six', async () => {
    const details = checkDetails()
    const series = Array.from({ length: 50 }, (_, index) => ({ ...details.series[0], group: `g${index}` }))
    const firing = series
      .slice(40)
      .map((one) => ({ ...one, phase: 'firing', since: '2026-03-02T02:45:00.000Z' }))
    const get = await web({ details: [{ ...details, series, firing } as never] })
    const { body } = await get(page)
    const groups = [...body.matchAll(/<img class="chart" src="[^"]*group=(\w+)&/g)].map(([, group]) => group)
    expect(groups).toEqual(['g40', 'g41', 'g42', 'g43', 'g44', 'g45'])
    expect(body).toContain('44 more charts: choose a series below')
  })

  it.each(['3h', '24h', '7d'])('shows %s when the address says so', async (range) => {
    const { body } = await (await web())(`${page}?range=${range}`)
    expect(body).toMatch(new RegExp(`<a href="/checks/feed-activity\\?range=${range}" aria-current="true">`))
    expect(body.match(/aria-current="true"/g)).toHaveLength(1)
    expect(body).toContain(`range=${range}"`)
  })

  it('shows one series, whatever it is called', async () => {
    const query = new URLSearchParams({ metric: 'likes', slice: 'os', group: hostile })
    const get = await web()
    const { body } = await get(`${page}?${query}`)
    expect(body.match(/<img class="chart"/g)).toHaveLength(1)
    expect(body).not.toContain('<script>')
    expect((await get(`${page}/chart.svg?${query}`)).statusCode).toBe(200)
  })

  it.each([
    ['?range=1y', 400],
    ['?metric=likes&slice=os&group=gone', 404],
    ['?metric=toString', 404],
    ['/chart.svg', 400],
    ['/chart.svg?metric=likes&slice=os&group=gone', 404],
    ['/chart?metric=gone', 404],
  ])('refuses %s with %d', async (rest, status) => {
    expect((await (await web())(`${page}${rest}`)).statusCode).toBe(status)
  })

  it('of a check that has not run says so', async () => {
    const details = { ...checkDetails(), firing: [], incidents: [] }
    const reading = { ...checkReading(), series: [], more: 0 }
    const { body } = await (await web({ details: [details], checks: [reading] }))(page)
    expect(body).toContain('No samples yet: the check has not run.')
    expect(body).toContain('<p>None.</p>')
  })

  it('is told to programs, and an unknown one is 404', async () => {
    const get = await web({
      mutes: [{ check: 'feed-activity', series: 2, until: '2026-03-01T06:30:00.000Z' }],
    })
    const told = (await get('/api/v1/checks/feed-activity', as('viewer'))).json()
    expect(told).toMatchObject({
      check: { name: 'feed-activity' },
      metrics: [{ unit: '/min' }],
      firing: [{ group: 'iOS', since: '2026-03-02T02:45:00.000Z' }],
      incidents: [{ number: 42 }],
      muted: { until: '2026-03-01T06:30:00.000Z' },
    })
    expect((await get('/api/v1/checks/constructor', as('viewer'))).statusCode).toBe(404)
    expect((await get('/api/v1/checks/feed-activity', {})).statusCode).toBe(401)
    expect((await get(`${page}/chart.svg?metric=likes&slice=os&group=iOS`, {})).statusCode).toBe(401)
  })
})
