/// <reference lib="dom" />
import type { AddressInfo } from 'node:net'
import { createServer, type Server } from 'node:http'
import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { busyRecords } from '../web/story.ts'
import { incident, linkSecret, startWeb, type TestWeb } from '../web/world.ts'
import { accessibilityFaults, startBrowser, visit, type Visit, type Visitor } from './browser.ts'

const at = (minute: string) => `2026-03-02T${minute}:00.000Z`
const sizes = [
  ['a phone in the dark', { width: 390, scheme: 'dark' }],
  ['a phone by day', { width: 390, scheme: 'light' }],
  ['a small phone', { width: 320, scheme: 'dark' }],
  ['a desktop in the dark', { width: 1440, height: 900, scheme: 'dark' }],
  ['a desktop by day', { width: 1440, height: 900, scheme: 'light' }],
] as const

let browser: Browser
let web: TestWeb
let origin: string
/** Where the message is read: another site, as every chat and every web mail is. */
let chat: Server
const visitors: Visitor[] = []

beforeAll(async () => {
  browser = await startBrowser()
})
afterAll(() => browser?.close())

beforeEach(async () => {
  web = await startWeb({ loginLinks: { canSend: () => true, send: () => undefined } })
  web.state.incident = { ...incident, nowDoing: 'Paging ana' }
  web.state.records = busyRecords(at)
  await web.app.listen({ host: '127.0.0.1', port: 0 })
  origin = `http://127.0.0.1:${(web.app.server.address() as AddressInfo).port}`
  chat = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html')
    response.end(`<title>chat</title><a href="${origin}/incidents/INC-42/link/${linkSecret}">Open INC-42</a>`)
  })
  await new Promise<void>((resolve) => {
    chat.listen(0, '127.0.0.1', resolve)
  })
})
afterEach(async () => {
  await Promise.all(visitors.splice(0).map((visitor) => visitor.leave()))
  chat.close()
  await web.app.close()
})

async function open(url: string, how: Visit): Promise<Visitor> {
  const visitor = await visit(browser, origin, { ...how, session: false })
  visitors.push(visitor)
  await visitor.page.goto(url)
  return visitor
}

/** By another name, so that the browser takes it for another site. */
const chatUrl = () => `http://localhost:${(chat.address() as AddressInfo).port}/`

describe.each(sizes)('N30: on %s', (_where, how) => {
  it.each([true, false])(
    'the link of a page and one button acknowledge, without a session (script: %s)',
    async (script) => {
      const { page, complaints } = await open(chatUrl(), { ...how, script })
      await page.click('text=Open INC-42')
      expect(new URL(page.url()).pathname).toBe('/incidents/INC-42')
      await page.locator('img.chart').waitFor()
      const button = page.getByRole('button', { name: 'Acknowledge' })
      const box = await button.boundingBox()
      expect(box === null ? Infinity : box.y + box.height).toBeLessThanOrEqual(how.width === 1440 ? 900 : 844)
      expect(box?.height).toBeGreaterThanOrEqual(48)
      await button.click()
      await page.waitForSelector('[role="status"]:has-text("You have it. Nobody else is paged.")')
      expect(web.given).toMatchObject([{ verb: 'acknowledge', command: { actor: 'ana', incident: 42 } }])
      expect(complaints).toEqual([])
    },
  )

  it('the pages of the way in are accessible and fit', async () => {
    const { page, complaints } = await open(`/incidents/INC-42/link/${linkSecret}`, how)
    for (const path of [
      '/incidents/INC-42',
      '/incidents/INC-42/chart',
      '/login?next=%2Fincidents%2FINC-42',
      '/login?sent=1',
      '/login/login-code-of-twenty-letters',
    ]) {
      await page.goto(path)
      expect([path, await accessibilityFaults(page)]).toEqual([path, []])
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(how.width)
    }
    expect(complaints).toEqual([])
  })
})

describe('N30: by a link', () => {
  const phone = { width: 390 } as const

  it('the page stays current', async () => {
    const { page } = await open(`/incidents/INC-42/link/${linkSecret}`, phone)
    await page.waitForSelector('#stamp:has-text("Live")')
    web.state.incident = { ...web.state.incident, acknowledgedBy: 'ben', acknowledgedAt: at('03:03') }
    await page.waitForSelector('text=ben has it')
    expect(await page.getByRole('button', { name: 'Acknowledge' }).count()).toBe(0)
  })

  it('one acknowledges by the keyboard alone', async () => {
    const { page } = await open(`/incidents/INC-42/link/${linkSecret}`, phone)
    const names: string[] = []
    for (let index = 0; index < 12 && names.at(-1) !== 'Acknowledge'; index += 1) {
      await page.keyboard.press('Tab')
      names.push(String(await page.evaluate('document.activeElement.textContent.trim()')))
    }
    expect(names.at(-1)).toBe('Acknowledge')
    await page.keyboard.press('Enter')
    await page.waitForSelector('[role="status"]')
    expect(web.given).toHaveLength(1)
  })

  it('that has ended one comes to the log-in, asks for a link, and logs out again', async () => {
    const { page } = await open(`/incidents/INC-42/link/${'x'.repeat(43)}`, phone)
    await page.waitForSelector('text=does not open the incident any more')
    await page.goto('/incidents/INC-42')
    await page.fill('#name', 'ana')
    await page.keyboard.press('Enter')
    await page.waitForSelector('[role="status"]:has-text("a link is on its way there")')
    await page.goto('/login/login-code-of-twenty-letters')
    await page.click('button')
    await page.waitForURL('**/incidents/INC-42')
    await page.click('a.person')
    await page.click('button:text-is("Log out")')
    await page.waitForURL('**/login')
  })
})

it.each([320, 390, 1440])(
  'N30: what was written is shown when the session had ended, at %i px',
  async (width) => {
    const visitor = await visit(browser, origin, { width })
    visitors.push(visitor)
    const { page } = visitor
    await page.goto('/declare')
    await page.fill('[name="title"]', 'nobody can pay')
    await page.context().clearCookies()
    await page.click('button:text-is("Declare and page")')
    await page.waitForSelector('text=Nothing was sent')
    expect(await page.inputValue('textarea')).toBe('nobody can pay')
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width)
    expect(await accessibilityFaults(page)).toEqual([])
    expect(web.given).toEqual([])
  },
)
