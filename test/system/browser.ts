import { access } from 'node:fs/promises'
import axe from 'axe-core'
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core'

const chromiumPath = '/usr/bin/chromium'
const switches = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** @throws when Debian's Chromium is not installed: what it would show must not pass untested */
export async function startBrowser(): Promise<Browser> {
  await access(chromiumPath).catch(() => {
    throw new Error(`the console's tests need Chromium at ${chromiumPath}: apt-get install chromium`)
  })
  return chromium.launch({ executablePath: chromiumPath, args: switches })
}

export interface Visit {
  readonly width: number
  readonly height?: number
  readonly script?: boolean
  readonly scheme?: 'dark' | 'light'
  /** Without one the browser is nobody's. */
  readonly session?: boolean
}

export interface Visitor {
  readonly page: Page
  /** Whatever the browser complained about, and every dialog that a page opened. */
  readonly complaints: string[]
  leave(): Promise<void>
}

/** A browser at `origin`, by default with a responder's session. */
export async function visit(
  browser: Browser,
  origin: string,
  { width, height = 844, script = true, scheme = 'dark', session = true }: Visit,
): Promise<Visitor> {
  const context: BrowserContext = await browser.newContext({
    baseURL: origin,
    viewport: { width, height },
    javaScriptEnabled: script,
    colorScheme: scheme,
    reducedMotion: 'reduce',
  })
  if (session)
    await context.addCookies([{ name: 'firewatch_session', value: 'responder-secret', url: origin }])
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(String(error)))
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text())
  })
  page.on('dialog', (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`)
    void dialog.dismiss()
  })
  return { page, complaints, leave: () => context.close() }
}

/** What axe finds wrong by WCAG 2.2 AA and its own best practices, one line per finding. */
export async function accessibilityFaults(page: Page): Promise<string[]> {
  await page.evaluate(axe.source)
  return page.evaluate(async () => {
    const { violations } = await globalThis.axe.run({
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    })
    return violations.flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`),
    )
  })
}

declare global {
  var axe: { run(options: object): Promise<{ violations: readonly Violation[] }> }
}

interface Violation {
  readonly id: string
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[]
}
