import { describe, expect, it } from 'vitest'
import { user } from '../support/pages.ts'
import { as, incident, now, startWeb, type TestWeb } from './world.ts'
import { busyOnCall } from './on-call-story.ts'
import { busyRecords, checkDetails, checkReading, hostile, hostileRunbook, storedReview } from './story.ts'

const at = (minute: string) => `2026-03-02T${minute}:00.000Z`
const browser = { ...as('responder'), accept: 'text/html' }

async function busyWeb(): Promise<TestWeb> {
  const web = await startWeb({ onCall: busyOnCall(Date.parse(at('03:04'))) })
  web.state.records = busyRecords(at)
  web.state.incident = { ...incident, runbook: 'feed-content-drop', title: hostile, nowDoing: hostile }
  web.state.review = storedReview()
  web.state.runbooks = [hostileRunbook]
  web.state.checks = [checkReading()]
  web.state.details = [checkDetails()]
  return web
}

const pages = [
  '/incidents',
  '/incidents/INC-42',
  '/incidents/INC-42/chart',
  '/reviews',
  '/reviews/INC-42',
  '/reviews/INC-42/appendix',
  '/reviews/INC-42/edit/cause',
  '/checks',
  '/checks/feed-activity',
  '/declare',
  '/checks/feed-activity?metric=likes&slice=os&group=iOS&range=7d',
  '/checks/feed-activity/chart?metric=likes&slice=os&group=iOS',
  '/runbooks',
  `/runbooks/${hostileRunbook.name}`,
  '/on-call',
  '/on-call?month=2026-03',
  '/on-call?fairness=year',
  '/on-call/calendar-address',
  '/test-pages',
  '/automation',
  '/maintenance',
  '/silences',
  '/silences?expired=1&matchers=os%3D%22%3Cscript%3E%22&told=added',
  '/account',
]

describe('every page', () => {
  it.each(pages)('%s shows stored script as text, and is kept by nobody', async (url) => {
    const { app } = await busyWeb()
    const { statusCode, body, headers } = await app.inject({ url, headers: browser })
    expect([statusCode, headers['content-type'], headers['cache-control']]).toEqual([
      200,
      'text/html; charset=utf-8',
      'no-store',
    ])
    expect(body).not.toMatch(/<script>|<img src=x|onerror=alert\(2\)>/)
    expect(body).toContain('<main id="main"')
    expect(body.match(/<h1[ >]/g)).toHaveLength(1)
  })

  it('may load nothing that is not ours', async () => {
    const { app } = await startWeb()
    const { headers } = await app.inject({ url: '/incidents', headers: browser })
    const policy = String(headers['content-security-policy'])
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("script-src 'self'")
    expect(policy).not.toMatch(/unsafe|\*|data:/)
  })

  it('loads its style sheet, script and icon by names that change with them', async () => {
    const { app } = await startWeb()
    const { body } = await app.inject({ url: '/incidents', headers: browser })
    const paths = [...new Set(body.match(/\/assets\/[\w.]+/g))]
    expect(paths).toHaveLength(3)
    for (const url of paths) {
      const answer = await app.inject({ url })
      expect([answer.statusCode, answer.headers['cache-control']]).toEqual([
        200,
        expect.stringContaining('immutable'),
      ])
      if (url.endsWith('.js')) expect(answer.rawPayload.length).toBeLessThanOrEqual(10_240)
    }
    expect((await app.inject({ url: '/favicon.ico' })).headers['content-type']).toBe('image/svg+xml')
  })
})

describe('the incident page', () => {
  it('says who was paged, who is next and when', async () => {
    const { app } = await busyWeb()
    const { body } = await app.inject({ url: '/incidents/INC-42', headers: browser })
    expect(body).toContain('Nobody has acknowledged it.')
    expect(body).toContain('Paged: ana (sent).')
    expect(body).toMatch(
      /Next: pages ben at <time datetime="2026-03-02T03:07:00.000Z">03:07 UTC<\/time>, in <strong><span data-until="2026-03-02T03:07:00.000Z">2 min 55 s<\/span><\/strong>, unless acknowledged/,
    )
  })

  it('has two steps for what cannot be taken back, and one id for every form', async () => {
    const { app } = await busyWeb()
    const { body } = await app.inject({ url: '/incidents/INC-42', headers: browser })
    for (const id of ['confirm-resolve', 'confirm-stop-automation', 'apply-policy']) {
      const verb = id.replace('confirm-', '')
      expect(body).toMatch(
        new RegExp(
          `<details[^>]*id="${id}"><summary[^>]*>[^<]*</summary>\\s*<form method="post" action="/incidents/INC-42/${verb}">`,
        ),
      )
    }
    expect(body.match(/name="commandId" value="id-1"/g)).toHaveLength(body.match(/<form /g)?.length ?? 0)
  })

  it('offers to take over what somebody else has, and nothing of the kind to whoever has it', async () => {
    const { app, state } = await busyWeb()
    const shown = async (acknowledgedBy: string | null) => {
      state.incident = { ...state.incident, acknowledgedBy, acknowledgedAt: at('03:03') }
      return (await app.inject({ url: '/incidents/INC-42', headers: browser })).body
    }
    expect(await shown('ben')).toContain('>Take over from ben</button>')
    const mine = await shown('ana')
    expect(mine).not.toMatch(/Take over|>Acknowledge</)
    // Its acknowledgement ran out: it was acknowledged once, and nobody has it.
    expect(await shown(null)).toContain('>Acknowledge</button>')
  })

  it('lets people snooze, hand over to who may take it, set the severity and apply a policy', async () => {
    const { app } = await busyWeb()
    const { body } = await app.inject({ url: '/incidents/INC-42', headers: browser })
    const options = (id: string) =>
      [
        ...body
          .slice(body.indexOf(`<select id="${id}"`))
          .split('</select>')[0]!
          .matchAll(/value="([^"]*)"/g),
      ].map(([, value]) => value)
    expect(options('snooze-for')).toContain('1h')
    expect(options('hand-over-to')).toEqual(['ben'])
    expect(options('set-severity')).toEqual(['P0', 'P1', 'P2', 'P3'])
    expect(options('policy')).toEqual(['', 'default', 'quiet'])
    for (const [, id] of body.matchAll(/<label for="([^"]+)"/g)) expect(body).toContain(` id="${id}"`)
    expect(body).toContain('name="asOf" value="r0/s1"')
  })

  it('lets people note what was wrong, by a tick with a label before the button', async () => {
    const { app, given } = await busyWeb()
    const { body } = await app.inject({ url: '/incidents/INC-42', headers: browser })
    const [form = ''] = /<form class="note"[^]*?<\/form>/.exec(body) ?? []
    expect(form).toMatch(
      /<label class="tick"><input type="checkbox" name="identified" value="on"> This is the cause: [^<]+<\/label>\s*<button>/,
    )
    const headers = {
      ...browser,
      host: 'firewatch.test',
      origin: 'http://firewatch.test',
      'content-type': 'application/x-www-form-urlencoded',
    }
    for (const ticked of ['', '&identified=on']) {
      const payload = `text=the+certificate+expired${ticked}`
      const answer = await app.inject({ method: 'POST', url: '/incidents/INC-42/note', headers, payload })
      expect([answer.statusCode, answer.headers.location]).toEqual([303, '/incidents/INC-42?told=note'])
    }
    const text = 'the certificate expired'
    expect(given).toMatchObject([
      { verb: 'note', command: { text, identified: false } },
      { verb: 'note', command: { text, identified: true } },
    ])
  })

  it('offers no commands to a viewer, and on a closed incident nothing but to note what somebody learnt since', async () => {
    const { app, state } = await busyWeb()
    const forViewer = await app.inject({
      url: '/incidents/INC-42',
      headers: { ...as('viewer'), accept: 'text/html' },
    })
    expect(forViewer.body).not.toContain('<form')
    expect(forViewer.body).toContain('commands need the role responder')
    state.incident = { ...state.incident, state: 'resolved', resolvedAt: now }
    const { body } = await app.inject({ url: '/incidents/INC-42', headers: browser })
    expect(body.match(/<form[^>]*>/g)).toEqual([expect.stringContaining('action="/incidents/INC-42/note"')])
    expect(body).not.toContain('name="identified"')
  })

  it('shows evidence with query, snapshot and hash at its anchor', async () => {
    const { app } = await busyWeb()
    const { body } = await app.inject({ url: '/incidents/INC-42', headers: browser })
    const first = body.slice(body.indexOf('id="E1"'), body.indexOf('id="E2"'))
    expect(first).toContain('SELECT os, count() FROM feed')
    expect(first).toContain('<th scope="row">iOS</th><td>32</td>')
    expect(first).toContain('f'.repeat(64))
  })

  it('says in its own words what a command came to, and takes none from a link', async () => {
    const { app } = await busyWeb()
    const told = async (word: string) =>
      (await app.inject({ url: `/incidents/INC-42?told=${word}`, headers: browser })).body
    expect(await told('acknowledge')).toContain('<p class="told" role="status">You have it.')
    expect(await told('You+are+fired')).not.toContain('role="status"')
    expect(await told('a&told=b')).not.toContain('role="status"')
  })

  it('sends a form again as the same command', async () => {
    const { app, given } = await busyWeb()
    const post = () =>
      app.inject({
        method: 'POST',
        url: '/incidents/INC-42/acknowledge',
        headers: {
          cookie: 'firewatch_session=responder-secret',
          host: 'firewatch.test',
          origin: 'http://firewatch.test',
          'content-type': 'application/x-www-form-urlencoded',
        },
        payload: 'commandId=page-7',
      })
    expect((await post()).headers.location).toBe('/incidents/INC-42?told=acknowledge')
    expect((await post()).headers.location).toBe('/incidents/INC-42?told=acknowledge-again')
    expect(given.map(({ command }) => command.commandId)).toEqual([
      'page-7-acknowledge',
      'page-7-acknowledge',
    ])
  })
})

describe('the list', () => {
  it('says so when nothing is open', async () => {
    const { app, state } = await startWeb()
    expect((await app.inject({ url: '/incidents', headers: browser })).body).not.toContain('Nothing is open.')
    state.incident = { ...incident, state: 'resolved', resolvedAt: now }
    expect((await app.inject({ url: '/incidents', headers: browser })).body).toContain('Nothing is open.')
  })

  it.each([
    ['state=open&severity=P1', { states: ['open'], severities: ['P1'] }],
    ['state=open&state=monitoring', { states: ['open', 'monitoring'] }],
    ['service=feed&text=%20likes%20', { service: 'feed', text: 'likes' }],
    ['owner=mine', { person: 'ana' }],
    ['owner=nobody', { isUnowned: true }],
    ['owner=ben&before=40', { person: 'ben', before: 40 }],
    ['state=&severity=&service=&owner=&text=', {}],
  ])('reads the filter %s from the address', async (query, expected) => {
    const { app, dependencies } = await startWeb()
    const asked: unknown[] = []
    const note = async (filter: unknown) => (asked.push(filter), [])
    Object.assign(dependencies.incidents, { list: note, board: note })
    await app.inject({ url: `/incidents?${query}`, headers: browser })
    await app.inject({ url: `/api/v1/incidents?${query}`, headers: as('responder') })
    expect(asked).toEqual([
      { limit: 100, ...expected },
      { limit: 100, ...expected },
    ])
  })

  it('keeps the rest of the filter in the links that change a part of it', async () => {
    const { app } = await startWeb()
    const { body } = await app.inject({ url: '/incidents?severity=P1&owner=mine&limit=1', headers: browser })
    expect(body).toContain('href="/incidents?state=open&amp;severity=P1&amp;owner=mine"')
    expect(body).toContain('href="/incidents?severity=P1&amp;owner=mine&amp;after=open.P1.42"')
  })
})

describe('the review page', () => {
  it('N40: says whom it names before it is published, and lets them be published', async () => {
    const { app, state } = await startWeb()
    const { document, ...review } = storedReview()
    const notes = { ...document.sections.notes, own: { text: 'Ana was asleep.', base: '' } }
    state.review = { ...review, document: { ...document, sections: { ...document.sections, notes } } }
    state.configuration = { ...state.configuration, users: { ana: user('ana', []) } }
    const { version } = document
    const publish = (payload: object) =>
      app.inject({ method: 'POST', url: '/reviews/INC-42/publish', headers: browser, payload })
    const { body } = await app.inject({ url: '/reviews/INC-42', headers: browser })
    expect(body).toContain('line 1 names <strong>Ana</strong>: “Ana was asleep.”')
    expect(body).toContain('Publish with these names')
    const refused = await publish({ version })
    expect([refused.statusCode, refused.body]).toEqual([409, expect.stringContaining('names people')])
    expect((await publish({ version, anyway: 'on' })).statusCode).toBe(303)
    await app.close()
  })

  it.each([
    ['note', { text: 'The vendor called.' }],
    ['causes', { cause: 'x', verdict: 'confirmed', reason: 'measured' }],
  ])('N40: keeps once what is sent twice: %s', async (path, fields) => {
    const { app, given } = await busyWeb()
    const { body } = await app.inject({ url: '/reviews/INC-42', headers: browser })
    const form = new RegExp(
      `action="/reviews/INC-42/${path}"><input type="hidden" name="commandId" value="([^"]+)"`,
    )
    const payload = { ...fields, commandId: form.exec(body)?.[1] }
    for (let click = 0; click < 2; click += 1)
      await app.inject({ method: 'POST', url: `/reviews/INC-42/${path}`, headers: browser, payload })
    expect(given.map(({ command }) => command.commandId)).toEqual([payload.commandId, payload.commandId])
    expect(payload.commandId).toBeTruthy()
    await app.close()
  })

  it('has a target in the appendix for every record that either cites', async () => {
    const { app } = await busyWeb()
    const { body } = await app.inject({ url: '/reviews/INC-42', headers: browser })
    const appendix = (await app.inject({ url: '/reviews/INC-42/appendix', headers: browser })).body
    const link = /href="\/reviews\/INC-42\/appendix#([A-Z]\d+)"/g
    const cited = [...new Set([...(body + appendix).matchAll(link)].map((match) => match[1]))]
    expect(cited.length).toBeGreaterThan(5)
    expect(cited.filter((id) => !appendix.includes(`id="${id}"`))).toEqual([])
  })

  it('shows causes as nested lists, with their standing in words', async () => {
    const { app } = await busyWeb()
    const { body } = await app.inject({ url: '/reviews/INC-42', headers: browser })
    expect(body).toMatch(/<ul class="tree"><li id="cause-[\w-]+">[^]*<ul class="tree"><li/)
    expect(body).toMatch(/<span class="badge supported"><span aria-hidden="true">✓<\/span> supported<\/span>/)
  })

  it('gives the Markdown as it is kept, to be saved', async () => {
    const { app } = await busyWeb()
    const { body, headers } = await app.inject({ url: '/reviews/INC-42/markdown', headers: browser })
    expect(body).toBe(storedReview().markdown)
    expect([headers['content-type'], headers['content-disposition']]).toEqual([
      'text/markdown; charset=utf-8',
      'attachment; filename="INC-42.md"',
    ])
  })
})

describe('checks', () => {
  it('are told series by series, firing ones with the reason in words', async () => {
    const { app } = await busyWeb()
    const { body } = await app.inject({ url: '/checks', headers: browser })
    expect(body).toContain('<p class="lead">2 series: 1 firing, 1 unknown, 0 ok</p>')
    expect(body).toContain('far from every comparison')
    expect(body).toContain('its source had no rows at all')
    expect(body).toContain('<svg class="spark" role="img"')
  })

  it('N05: say until when something of them is muted, to people and to programs', async () => {
    const { app, state } = await busyWeb()
    expect((await app.inject({ url: '/checks', headers: browser })).body).not.toContain('Muted until')
    const mute = { check: 'feed-activity', series: 2, until: '2026-03-01T06:30:00.000Z' }
    state.mutes = [mute, { ...mute, check: 'another' }]
    for (const url of ['/checks', '/checks/feed-activity']) {
      const { body } = await app.inject({ url, headers: browser })
      expect(body.match(/Muted until <time datetime="2026-03-01T06:30:00.000Z"/g)).toHaveLength(1)
      expect(body).toContain('2 series fire again within the cooldown')
    }
    const told = await app.inject({ url: '/api/v1/checks', headers: as('viewer') })
    expect(told.json().muted).toEqual(state.mutes)
  })

  it('are told to programs too, and an unknown one is 404', async () => {
    const { app } = await busyWeb()
    const read = (name: string) =>
      app.inject({ url: `/api/v1/checks/${name}/verdicts`, headers: as('viewer') })
    expect((await read('feed-activity')).json().series[0].verdicts).toHaveLength(3)
    expect((await read('toString')).statusCode).toBe(404)
  })
})

describe('errors', () => {
  it.each([
    ['/nowhere', 404, 'Nothing here'],
    ['/incidents/INC-7', 404, 'Nothing here'],
    ['/runbooks/none', 404, 'Nothing here'],
    ['/incidents?state=weird', 400, 'Not understood'],
  ])('%s is a page for a browser and JSON for a program', async (url, status, title) => {
    const { app } = await startWeb()
    const page = await app.inject({ url, headers: browser })
    expect([page.statusCode, page.body.includes(`<h1>${title}</h1>`)]).toEqual([status, true])
    const json = await app.inject({ url, headers: as('responder') })
    expect([json.statusCode, typeof json.json().error]).toEqual([status, 'string'])
  })

  it.each([
    ['viewer', {}, 403, 'Not allowed'],
    ['responder', { resolved: true }, 409, 'Not possible any more'],
    ['responder', { away: true }, 503, 'Not possible right now'],
  ] as const)(
    'a refused form leads back: %s %j',
    async (role, {
      resolved = false,
      away = false,
    }: { resolved?: boolean; away?: boolean }, status, title) => {
      const { app, dependencies } = await startWeb(
        {},
        resolved ? { ...incident, state: 'resolved', resolvedAt: now } : incident,
      )
      const unavailable = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })
      if (away) Object.assign(dependencies.commands, { acknowledge: () => Promise.reject(unavailable) })
      const answer = await app.inject({
        method: 'POST',
        url: '/incidents/INC-42/acknowledge',
        headers: { ...as(role), accept: 'text/html' },
      })
      expect([answer.statusCode, answer.body.includes(`<h1>${title}</h1>`)]).toEqual([status, true])
      expect(answer.body).toContain('href="/incidents/INC-42"')
      expect(answer.headers['retry-after']).toBe(away ? '5' : undefined)
    },
  )

  it('show an address as text', async () => {
    const { app } = await startWeb()
    const { body } = await app.inject({ url: '/<script>alert(1)</script>', headers: browser })
    expect(body).not.toContain('<script>')
  })
})

describe('log-in', () => {
  it('leads on to the page that was wanted before', async () => {
    const { app } = await startWeb()
    const refused = await app.inject({ url: '/incidents/INC-42', headers: { accept: 'text/html' } })
    expect(refused.headers.location).toBe('/login?next=%2Fincidents%2FINC-42')
    const asked = await app.inject({ url: String(refused.headers.location) })
    const cookie = String(asked.headers['set-cookie']).split(';')[0] ?? ''
    const { body } = await app.inject({ url: '/login/login-code-of-twenty-letters', headers: { cookie } })
    expect(body).toContain('name="next" value="/incidents/INC-42"')
  })

  it('remembers no address outside', async () => {
    const { app } = await startWeb()
    for (const next of ['//evil.test/x', 'https://evil.test/', '/a/b; Domain=evil.test', '/\\evil.test/']) {
      const answer = await app.inject({ url: `/login?next=${encodeURIComponent(next)}` })
      expect(answer.headers['set-cookie']).toBeUndefined()
    }
  })
})

describe('events', () => {
  it('are refused without a session', async () => {
    const { app } = await startWeb()
    expect((await app.inject({ url: '/api/v1/events' })).statusCode).toBe(401)
  })

  it('begin with the mark as it is, and end with the server', async () => {
    const { app, dependencies } = await startWeb()
    const answer = await app.inject({
      url: '/api/v1/events?incident=INC-42',
      headers: as('viewer'),
      payloadAsStream: true,
    })
    expect(answer.headers['content-type']).toBe('text/event-stream; charset=utf-8')
    let text = ''
    const ended = (async () => {
      for await (const chunk of answer.stream()) text += String(chunk)
    })()
    await expect
      .poll(() => text)
      .toContain(`event: changed\ndata: ${JSON.stringify({ mark: await dependencies.marks(42) })}\n\n`)
    await app.close()
    await ended
  })

  it('know no incident that does not exist', async () => {
    const { app } = await startWeb()
    expect(
      (await app.inject({ url: '/api/v1/events?incident=INC-7', headers: as('viewer') })).statusCode,
    ).toBe(404)
  })
})
