/// <reference lib="dom" />
import type { AddressInfo } from 'node:net'
import { fastify } from 'fastify'
import type { Browser, Page, Route } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  busyRecords,
  checkDetails,
  checkReading,
  hostile,
  hostileRunbook,
  storedReview,
} from '../web/story.ts'
import { busyOnCall } from '../web/on-call-story.ts'
import { incident, startWeb, type TestWeb } from '../web/world.ts'
import { accessibilityFaults, startBrowser, visit, type Visit, type Visitor } from './browser.ts'
import { addRoutes } from '../../src/web/server.ts'
import { thrown } from '../support/kill-switch.ts'
import { writeScope } from '../../src/domain/remediate/kill-switch.ts'

const at = (minute: string) => `2026-03-02T${minute}:00.000Z`
const small = { width: 320 }
const phone = { width: 390 }
const desktop = { width: 1440, height: 900 }

let browser: Browser
let web: TestWeb
let origin: string
const visitors: Visitor[] = []

beforeAll(async () => {
  browser = await startBrowser()
})
afterAll(() => browser?.close())

beforeEach(async () => {
  web = await startWeb({
    people: async () => ({ ana: 'responder', ben: 'responder', [hostile]: 'viewer' }),
    onCall: busyOnCall(Date.parse(at('03:04'))),
  })
  web.state.incident = { ...incident, runbook: hostileRunbook.name, recurrenceOf: 41 }
  web.state.records = busyRecords(at)
  web.state.review = storedReview()
  web.state.runbooks = [hostileRunbook]
  web.state.checks = [checkReading()]
  web.state.details = [checkDetails()]
  web.state.switches = [
    thrown('target/feed-1', { stoppedBy: hostile, reason: hostile, stoppedAt: at('03:00') }),
  ]
  await web.app.listen({ host: '127.0.0.1', port: 0 })
  origin = `http://127.0.0.1:${(web.app.server.address() as AddressInfo).port}`
})
afterEach(async () => {
  await Promise.all(visitors.splice(0).map((visitor) => visitor.leave()))
  await web.app.close()
})

async function open(path: string, how: Visit): Promise<Visitor> {
  const visitor = await visit(browser, origin, how)
  visitors.push(visitor)
  await visitor.page.goto(path)
  return visitor
}

const pages = [
  '/incidents',
  '/incidents?text=nothing&state=resolved',
  '/incidents/INC-42',
  '/incidents/INC-42?told=note',
  '/incidents/INC-42/chart',
  '/reviews',
  '/reviews/INC-42',
  '/reviews/INC-42/appendix',
  '/reviews?state=published',
  '/reviews/INC-42?told=edited',
  '/reviews/INC-42/edit/cause',
  '/on-call',
  '/on-call?told=override',
  '/on-call?month=2026-03',
  '/on-call?fairness=year',
  '/on-call/calendar-address',
  '/test-pages',
  '/checks',
  '/checks/feed-activity',
  '/declare',
  '/declare?service=feed&title=%3Cscript%3Ealert(1)%3C/script%3E',
  '/checks/feed-activity?metric=likes&slice=os&group=iOS&range=7d',
  '/checks/feed-activity/chart?metric=likes&slice=os&group=iOS',
  '/runbooks',
  `/runbooks/${hostileRunbook.name}`,
  '/automation',
  '/automation?told=stop',
  '/maintenance',
  '/maintenance?told=begun',
  '/silences?told=added&expired=1',
  '/alerts',
  '/heartbeats',
  '/alerts?filter=%3Cscript%3E%3D',
  '/account',
  '/login',
  '/nowhere/<script>alert(1)</script>',
]

/** What crosses the edges of the screen, but for what a frame of its own scrolls, or is there to be read out. */
const crossing = `[...document.querySelectorAll('body *')].filter((element) => {
  const { left, right, width, height } = element.getBoundingClientRect()
  if (width < 2 || height < 2 || element.closest('.scroll, .aloud, .skip, svg')) return false
  return left < -0.5 || right > document.documentElement.clientWidth + 0.5
}).map(({ outerHTML }) => outerHTML.slice(0, 200))`

/** Buttons, fields and folds that are lower than a finger needs. */
const tooLow = `[...document.querySelectorAll('button, .button, .chips a, summary, select, textarea, input:not([type=hidden], [type=checkbox], [type=radio])')]
  .filter((element) => element.checkVisibility())
  .map((element) => [element.outerHTML.slice(0, 120), element.getBoundingClientRect().height])
  .filter(([, height]) => height < 44)`

/** Selects and fields too narrow to read what they hold. */
const crushed = `[...document.querySelectorAll('select, input:not([type=hidden], [type=checkbox], [type=radio])')]
  .filter((element) => element.checkVisibility() && element.getBoundingClientRect().width < 96)
  .map(({ outerHTML }) => outerHTML.slice(0, 120))`

describe.each([
  ['a small phone in the dark', { ...small, scheme: 'dark' }],
  ['a small phone by day', { ...small, scheme: 'light' }],
  ['a phone in the dark', { ...phone, scheme: 'dark' }],
  ['a phone by day', { ...phone, scheme: 'light' }],
  ['a desktop in the dark', { ...desktop, scheme: 'dark' }],
  ['a desktop by day', { ...desktop, scheme: 'light' }],
] as const)('on %s', (_where, how) => {
  it.each(pages)('N36: %s is accessible, fits, and the browser complains of nothing', async (path) => {
    const { page, complaints } = await open(path, how)
    const fits = async (opened: string) => {
      expect([opened, await page.evaluate('document.documentElement.scrollWidth')]).toEqual([
        opened,
        how.width,
      ])
      expect([opened, await page.evaluate(crossing)]).toEqual([opened, []])
      expect([opened, await page.evaluate(tooLow)]).toEqual([opened, []])
      expect([opened, await page.evaluate(crushed)]).toEqual([opened, []])
    }
    await fits('as it comes')
    await page.evaluate("for (const details of document.querySelectorAll('details')) details.open = true")
    await fits('with every fold open')
    expect(await accessibilityFaults(page)).toEqual([])
    expect(complaints.filter((text) => !text.includes('404'))).toEqual([])
  })
})

describe.each([small, desktop])('N36: at $width px', (how) => {
  it.each(['/incidents', '/incidents/INC-42', '/checks', '/checks/feed-activity', '/automation', '/declare'])(
    '%s fits whatever people write',
    async (path) => {
      const long = 'x'.repeat(160)
      web.state.incident = {
        ...web.state.incident,
        title: long,
        service: long,
        acknowledgedBy: long,
        nowDoing: long,
      }
      const reading = checkReading()
      const series = reading.series.map((one) => ({
        ...one,
        title: long,
        unit: long.slice(0, 40),
        incident: 123_456_789,
      }))
      web.state.checks = [{ ...reading, check: { ...reading.check, service: long }, series }]
      web.state.switches = [
        thrown('target/feed-1', { stoppedBy: long, reason: long, stoppedAt: at('03:00') }),
      ]
      const { page } = await open(path, how)
      await page.evaluate("for (const details of document.querySelectorAll('details')) details.open = true")
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(how.width)
      expect(await page.evaluate(crossing)).toEqual([])
    },
  )
})

it.each([small, phone, desktop])(
  'N36: a title of 300 characters takes three lines of the board at $width px',
  async (how) => {
    web.state.incident = { ...web.state.incident, title: 'Likes on iOS are down '.repeat(20).slice(0, 300) }
    const { page } = await open('/incidents', how)
    const height = await page.evaluate(
      'document.querySelector(".board tbody:not(.group) th a").getBoundingClientRect().height',
    )
    expect(height).toBeLessThan(80)
    await page.click('.board tbody th a')
    await page.waitForURL('**/incidents/INC-42')
  },
)

it('N36: looks at every page that there is', async () => {
  const routes: string[] = []
  const app = fastify({ routerOptions: { maxParamLength: 500 } })
  app.addHook('onRoute', ({ method, url }) => void (method === 'GET' && routes.push(url)))
  addRoutes(app, web.dependencies)
  // Not pages: what programs ask for, pictures, files, what only leads on, and pages that need a link of their own.
  const others =
    /^\/(-\/|v2\/|heartbeat\/|api|assets|charts|calendars|health|metrics|slack|telegram|favicon)|\.(ico|svg|png)$|\/markdown$|^\/$|^\/(login|answers)\/:|\/link\/:/
  const shown = routes
    .filter((url) => !others.test(url))
    .map((url) => new RegExp(`^${url.replace(/:\w+/g, '[^/]+')}$`))
  expect(shown.length).toBeGreaterThan(8)
  expect(
    shown.filter((url) => !pages.some((path) => url.test(path.replace(/\?.*/, '')))).map(String),
  ).toEqual([])
  await app.close()
})

describe('N36: by keyboard alone', () => {
  it.each(pages)('%s skips to its content, and shows where one is', async (path) => {
    const { page } = await open(path, phone)
    await page.keyboard.press('Tab')
    expect(await page.evaluate('document.activeElement.className')).toBe('skip')
    const unseen: unknown[] = []
    for (let presses = 0; presses < 40; presses++) {
      await page.keyboard.press('Tab')
      const seen = await page.evaluate(
        `document.activeElement === document.body ? null : (({ outlineStyle, outlineWidth }) => outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2 ? true : document.activeElement.outerHTML.slice(0, 120))(getComputedStyle(document.activeElement))`,
      )
      if (seen === null) break
      if (seen !== true) unseen.push(seen)
    }
    expect(unseen).toEqual([])
  })

  it('acknowledges an incident', async () => {
    const { page } = await open('/incidents', phone)
    await page.focus('.board th a')
    await page.keyboard.press('Enter')
    await page.waitForURL('**/incidents/INC-42')
    await page.focus('.bar button')
    await page.keyboard.press('Enter')
    await page.waitForSelector('text=You have it. Nobody else is paged.')
  })
})

describe('N36: the board', () => {
  it.each([true, false])(
    'is filtered above the list, by the address, and back again (script: %s)',
    async (script) => {
      const { page } = await open('/incidents', { ...desktop, script })
      const filter = await page.locator('#filter form').boundingBox()
      const list = await page.locator('#list').boundingBox()
      expect((filter?.y ?? 0) + (filter?.height ?? 0)).toBeLessThanOrEqual(list?.y ?? 0)
      await page.fill('input[name="text"]', 'a & b')
      await page.selectOption('select[name="owner"]', 'mine')
      await page.click('#filter button:has-text("Show")')
      await page.waitForURL(/text=a\+%26\+b&severity=&service=&owner=mine/)
      expect(await page.inputValue('input[name="text"]')).toBe('a & b')
      await page.click('.tabs a:has-text("resolved")')
      await page.waitForURL(/state=resolved.*owner=mine/)
      await page.waitForSelector('text=No incident matches this filter.')
      await page.goBack()
      expect(await page.inputValue('select[name="owner"]')).toBe('mine')
    },
  )

  it('opens its filter and its areas by a tap on a phone', async () => {
    const { page } = await open('/incidents', phone)
    expect(await page.locator('select[name="severity"]').isVisible()).toBe(false)
    await page.click('#filter > summary')
    expect(await page.locator('select[name="severity"]').isVisible()).toBe(true)
    await page.click('.menu > summary')
    await page.click('.menu a:has-text("Checks")')
    await page.waitForURL('**/checks')
  })

  it('begins on the first screen of a phone, and a row says what is wrong without a tap', async () => {
    const { page } = await open('/incidents', phone)
    const title = await page.locator('.board th a').first().boundingBox()
    expect((title?.y ?? 999) + (title?.height ?? 0)).toBeLessThan(844 / 2)
  })
})

describe('N36: the bar under the thumb', () => {
  const first = (page: Page) => page.locator('.bar > *').first()
  it('holds Acknowledge first and largest while nobody has it, then Resolve', async () => {
    const { page } = await open('/incidents/INC-42', phone)
    await page.evaluate('scrollTo(0, document.body.scrollHeight)')
    const boxes = await Promise.all((await page.locator('.bar > *').all()).map((one) => one.boundingBox()))
    expect(await first(page).innerText()).toBe('Acknowledge')
    for (const box of boxes) expect((box?.y ?? 0) + (box?.height ?? 0)).toBeLessThanOrEqual(844)
    const [acknowledge, ...others] = boxes.map((box) => (box?.width ?? 0) * (box?.height ?? 0))
    for (const other of others) expect(acknowledge).toBeGreaterThan(1.4 * other)
    await page.click('button:has-text("Acknowledge")')
    await page.waitForSelector('.told')
    expect(await first(page).innerText()).toBe('Resolve')
  })
})

describe('N37: what a form of its own answers with', () => {
  it.each([small, desktop])(
    'a test page and previews of maintenance and of a silence are accessible and fit at $width px',
    async (how) => {
      const { page, complaints } = await open('/test-pages', how)
      await page.click('button:has-text("Send a test page")')
      await page.waitForSelector('[role="status"]:has-text("Did it arrive?")')
      expect(await accessibilityFaults(page)).toEqual([])
      expect(await page.evaluate(crossing)).toEqual([])
      await page.goto('/maintenance')
      await page.fill('input[name="reason"]', 'new disks')
      await page.click('button:has-text("See what it holds back")')
      await page.waitForSelector('[role="status"]:has-text("feed would be quiet")')
      expect(await accessibilityFaults(page)).toEqual([])
      expect(await page.evaluate(crossing)).toEqual([])
      await page.goto('/silences?matchers=os%3D%22ios%22')
      await page.fill('input[name="reason"]', 'new disks')
      await page.click('button:has-text("See what it silences")')
      await page.waitForSelector('[role="status"]:has-text("would be silenced")')
      expect(await accessibilityFaults(page)).toEqual([])
      expect(await page.evaluate(crossing)).toEqual([])
      expect(complaints).toEqual([])
    },
  )
})

describe('the page of who is on call', () => {
  it('says who is on call now on the first screen of a phone', async () => {
    const { page } = await open('/on-call', phone)
    const box = await page.locator('.now-on-call').first().boundingBox()
    expect((box?.y ?? Infinity) + (box?.height ?? 0)).toBeLessThanOrEqual(844)
  })
})

describe('N36: declaring an incident', () => {
  it.each([true, false])('says who is paged before and after it is sent (script: %s)', async (script) => {
    const { page, complaints } = await open('/incidents', { ...phone, script })
    await page.click('text=Declare an incident')
    await page.fill('input[name="title"]', 'nobody can pay')
    await page.selectOption('select[name="service"]', 'feed')
    if (!script) await page.click('button:has-text("Show who is paged")')
    await page.waitForSelector('text=Policy feed')
    expect(await page.locator('.choice').first().innerText()).toContain('Pages ana now, then ben in 5 min')
    await page.check('input[value="P0"]')
    await page.click('button:has-text("Declare and page")')
    await page.waitForSelector('[role="status"]:has-text("INC-42 is open. Paged: ana.")')
    expect(web.given).toMatchObject([
      { command: { title: 'nobody can pay', service: 'feed', severity: 'P0' } },
    ])
    expect(complaints).toEqual([])
  })

  it('keeps the severity that is chosen while the preview of what stood there before is under way', async () => {
    const { page } = await open('/declare', phone)
    const asked = Promise.withResolvers<Route>()
    await page.route(/\/declare\?/, (route) => asked.resolve(route))
    const shown = await page.waitForSelector('#previews')
    await page.fill('input[name="title"]', 'nobody can pay')
    // The title loses the focus, which asks for a preview with P1.
    await page.check('input[value="P0"]')
    await (await asked.promise).continue()
    await shown.waitForElementState('hidden')
    expect(await page.isChecked('input[value="P0"]')).toBe(true)
    expect(await page.evaluate(() => document.activeElement?.getAttribute('value'))).toBe('P0')
  })
})

describe('the incident page', () => {
  it('has all that a person woken at night needs on the first screen of a phone', async () => {
    const { page } = await open('/incidents/INC-42', phone)
    const needed = [
      '.badge.P1',
      'h1',
      '[data-since]',
      'text=Nobody has acknowledged it.',
      'text=Paged: ana',
      '[data-until]',
      'button:has-text("Acknowledge")',
      'button:has-text("Escalate")',
      'summary:has-text("Stop automation")',
      'summary:has-text("Resolve")',
    ]
    for (const selector of needed) {
      const box = await page.locator(selector).first().boundingBox()
      expect(box, selector).not.toBeNull()
      expect(box === null ? 0 : box.y + box.height, selector).toBeLessThanOrEqual(844)
    }
    const buttons = await page.locator('button:visible, summary.button:visible').all()
    for (const button of buttons) expect((await button.boundingBox())?.height).toBeGreaterThanOrEqual(48)
  })

  it.each([true, false])('hands over and snoozes from a phone (script: %s)', async (script) => {
    const { page } = await open('/incidents/INC-42', { ...phone, script })
    for (const [form, told] of [
      ['hand-over', 'Paged them. They own it once they acknowledge'],
      ['snooze', 'You have it. It escalates again after that time'],
    ]) {
      await page.click('#more-commands > summary')
      const button = page.locator(`form[action$="/${form}"] button`)
      expect((await button.boundingBox())?.height).toBeGreaterThanOrEqual(48)
      await button.click()
      // Not by the address: a page with script takes the word out of it at once.
      await page.waitForSelector(`[role="status"]:has-text("${told}")`)
    }
    expect(web.given).toMatchObject([{ command: { to: 'ben' } }, { command: { forMs: 3_600_000 } }])
  })

  it.each([true, false])('takes a note that says what was wrong (script: %s)', async (script) => {
    const { page } = await open('/incidents/INC-42', { ...phone, script })
    await page.fill('#note', 'the certificate expired')
    const tick = page.locator('label:has-text("This is the cause")')
    expect((await tick.boundingBox())?.height).toBeGreaterThanOrEqual(48)
    await page.focus('#note')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Space')
    expect(await page.getByRole('checkbox', { name: /^This is the cause/ }).isChecked()).toBe(true)
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await page.waitForSelector('[role="status"]:has-text("Noted.")')
    expect(web.given).toMatchObject([
      { verb: 'note', command: { text: 'the certificate expired', identified: true } },
    ])
  })

  it('keeps the button of the note beside its field', async () => {
    const { page } = await open('/incidents/INC-42', phone)
    const [field, button] = [
      await page.locator('#note').boundingBox(),
      await page.locator('.note button').boundingBox(),
    ]
    expect(button?.y).toBe(field?.y)
  })

  it('fits at 200 % on a small phone, where nothing is fixed over the text', async () => {
    const { page } = await open('/incidents/INC-42', { width: 320, height: 420 })
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(320)
    expect(await page.evaluate("getComputedStyle(document.querySelector('.bar')).position")).toBe('static')
  })

  it.each([true, false])('is acknowledged by one click (script: %s)', async (script) => {
    const { page, complaints } = await open('/incidents/INC-42', { ...phone, script })
    await page.click('button:has-text("Acknowledge")')
    await page.waitForSelector('text=You have it. Nobody else is paged.')
    expect(await page.locator('.facts').innerText()).toContain('ana has it')
    expect(await page.locator('button:has-text("Acknowledge")').count()).toBe(0)
    expect(web.given.map(({ verb, command }) => [verb, command.actor])).toEqual([['acknowledge', 'ana']])
    expect(complaints).toEqual([])
  })

  it.each([true, false])(
    'resolves and stops automation only by a second step (script: %s)',
    async (script) => {
      const { page } = await open('/incidents/INC-42', { ...phone, script })
      for (const [first, second] of [
        ['Stop automation', 'Yes, stop automation'],
        ['Resolve', 'Yes, resolve'],
      ] as const) {
        expect(await page.locator(`text=${second}`).isVisible()).toBe(false)
        await page.click(`summary:has-text("${first}")`)
        await page.click(`text=${second}`)
        await page.waitForSelector('.told')
      }
      expect(web.given.map(({ verb }) => verb)).toEqual(['resolve'])
      expect(web.state.switches.map(({ scope }) => writeScope(scope))).toEqual([
        'target/feed-1',
        'incident/INC-42',
      ])
    },
  )

  it('takes a double click as one command', async () => {
    const { page } = await open('/incidents/INC-42', desktop)
    await page.dblclick('button:has-text("Escalate")')
    await page.waitForSelector('.told')
    expect(new Set(web.given.map(({ command }) => command.commandId)).size).toBe(1)
  })

  it('N36: shows stored script as text and runs none of it, on any page', async () => {
    const people = {
      title: hostile,
      service: hostile,
      nowDoing: hostile,
      acknowledgedBy: hostile,
      severitySetBy: hostile,
    }
    web.state.incident = { ...web.state.incident, ...people, labels: { [hostile]: hostile } }
    web.state.checks = [{ ...checkReading(), check: { ...checkReading().check, service: hostile } }]
    const asked = encodeURIComponent(hostile)
    for (const path of [
      ...pages,
      `/incidents?text=${asked}&service=${asked}&owner=${asked}`,
      `/declare?service=${asked}`,
    ]) {
      const { page, complaints } = await open(path, desktop)
      await page.waitForLoadState('networkidle', { timeout: 500 }).catch(() => undefined)
      expect([path, complaints.filter((text) => !text.includes('404'))]).toEqual([path, []])
      expect(await page.locator('img[src="x"]').count()).toBe(0)
    }
    const { page } = await open('/incidents/INC-42', desktop)
    expect(await page.locator('#timeline').innerText()).toContain(hostile)
  })

  it('leads from a citation of the review to its evidence', async () => {
    const { page } = await open('/reviews/INC-42', phone)
    await page.locator('#cause a[href="/reviews/INC-42/appendix#E1"]').first().click()
    await page.waitForURL('**/reviews/INC-42/appendix#E1')
    await expect
      .poll(
        () =>
          page
            .locator('#E1')
            .boundingBox()
            .then((box) => box?.y),
        { timeout: 5_000 },
      )
      .toBeLessThan(844)
  })

  it('unfolds the evidence that an address points at', async () => {
    const { page } = await open('/incidents/INC-42#E1', phone)
    await expect.poll(() => page.locator('#E1 pre').isVisible()).toBe(true)
  })
})

describe('the page of who is on call', () => {
  it.each([true, false])('takes an override, and ends it (script: %s)', async (script) => {
    const { page, complaints } = await open('/on-call', { ...phone, script })
    expect(await page.locator('#schedule-primary .now-on-call').innerText()).toContain('ana until')
    await page.click('#schedule-primary summary')
    await page.fill('#to-primary', '2026-03-02T12:00')
    await page.selectOption('#add-primary', 'ben')
    await page.selectOption('#remove-primary', 'ana')
    await page.click('#schedule-primary button.primary')
    await page.waitForSelector('text=The schedule is changed.')
    expect(await page.locator('#schedule-primary .now-on-call').innerText()).toContain('ben until')
    await page.click('#schedule-primary li:has-text("ben instead of ana") button:has-text("End this change")')
    await page.waitForSelector('text=The change is ended.')
    expect(await page.locator('#schedule-primary .now-on-call').innerText()).toContain('ana until')
    expect(complaints).toEqual([])
  })
})

describe('a page that stays open', () => {
  // Without a machine, what is being done is what the record of the incident says.
  beforeEach(() => {
    web.state.records = { ...web.state.records, machine: null }
  })

  it('shows what happens without being loaded again, and says so aloud', async () => {
    const { page, complaints } = await open('/incidents/INC-42', phone)
    await expect.poll(() => page.locator('#stamp').innerText(), { timeout: 5_000 }).toContain('Live')
    await page.evaluate('globalThis.same = true')
    web.state.incident = {
      ...web.state.incident,
      acknowledgedBy: 'ben',
      acknowledgedAt: at('03:04'),
      nowDoing: 'ben has it',
    }
    await expect.poll(() => page.locator('.facts').innerText(), { timeout: 5_000 }).toContain('ben has it')
    expect(await page.locator('button:has-text("Acknowledge")').count()).toBe(0)
    expect(await page.locator('#announce').innerText()).toBe('ben has it')
    expect(await page.evaluate('globalThis.same')).toBe(true)
    expect(complaints).toEqual([])
  })

  it('shows a new incident in the list', async () => {
    const { page } = await open('/incidents', phone)
    await expect.poll(() => page.locator('#stamp').innerText(), { timeout: 5_000 }).toContain('Live')
    web.state.incident = { ...web.state.incident, title: 'something else' }
    await expect.poll(() => page.locator('#list').innerText(), { timeout: 5_000 }).toContain('something else')
  })

  it('leaves alone what somebody writes or is about to confirm', async () => {
    const { page } = await open('/incidents/INC-42', desktop)
    await page.click('summary:has-text("Resolve")')
    await page.fill('#note', 'half a sentence')
    web.state.incident = { ...web.state.incident, nowDoing: 'Something new' }
    await expect.poll(() => page.locator('.doing').innerText(), { timeout: 5_000 }).toBe('Something new')
    expect(await page.inputValue('#note')).toBe('half a sentence')
    expect(await page.locator('text=Yes, resolve').isVisible()).toBe(true)
  })

  it('keeps what was unfolded, and the focus', async () => {
    const { page } = await open('/incidents/INC-42', desktop)
    await page.click('#E1 summary')
    await page.focus('#E1 summary')
    const { records } = web.state
    const [first, ...others] = records.evidence
    if (first === undefined) throw new Error('the story has evidence')
    web.state.records = { ...records, evidence: [first, { ...first, number: 9, title: 'Newer' }, ...others] }
    web.state.incident = { ...web.state.incident, version: 2 }
    await expect.poll(() => page.locator('#E9').count(), { timeout: 5_000 }).toBe(1)
    expect(await page.locator('#E1 pre').isVisible()).toBe(true)
    expect(await page.evaluate("document.activeElement.closest('article').id")).toBe('E1')
  })

  it('says that it is not live when nothing can be known, and comes back', async () => {
    const { page } = await open('/incidents/INC-42', phone)
    const stamp = () => page.locator('#stamp').innerText()
    await expect.poll(stamp, { timeout: 5_000 }).toContain('Live')
    await web.app.close()
    await expect.poll(stamp, { timeout: 10_000 }).toContain('Not live')
    web = await startWeb()
    web.state.incident = { ...incident, nowDoing: 'Back again' }
    await web.app.listen({ host: '127.0.0.1', port: Number(new URL(origin).port) })
    await expect.poll(() => page.locator('.doing').innerText(), { timeout: 15_000 }).toBe('Back again')
    await expect.poll(stamp, { timeout: 15_000 }).toMatch(/^Live/)
  })
})
