import { randomBytes } from 'node:crypto'
import { type FakeWebhook, startFakeWebhook } from '../examples/fakes/webhook.ts'
import type { PageKind } from '../src/domain/page/page.ts'

/** A page as it took effect at its receiver. */
export interface ArrivedPage {
  /** When the last byte of its first request had come in, by `performance.now()`. */
  readonly at: number
  readonly kind: PageKind
  /** Every incident that it tells of, the one that it is about first. */
  readonly incidents: readonly string[]
  readonly person: string
  readonly lines: readonly string[]
}

/** A strict receiver of pages: it takes only requests that are signed, fresh and carry their idempotency key. */
export interface Pager {
  readonly url: string
  readonly secret: string
  pages(): ArrivedPage[]
  /** The n-th message from the beginning, counted from 1. @throws after `withinMs` */
  untilPage(number: number, withinMs: number): Promise<ArrivedPage>
  stop(): Promise<void>
}

export async function startPager(): Promise<Pager> {
  const secret = randomBytes(16).toString('hex')
  const arrivals: number[] = []
  const waiting = new Set<() => void>()
  // The receiver asks for the time once for each request, as soon as it has come in.
  const now = () => {
    arrivals.push(performance.now())
    setImmediate(() => waiting.forEach((look) => look()))
    return new Date()
  }
  const fake = await startFakeWebhook({ secret, now })
  const pages = () => arrivedAt(fake, arrivals)

  function untilPage(number: number, withinMs: number): Promise<ArrivedPage> {
    return new Promise((resolve, reject) => {
      const tooLate = setTimeout(() => {
        waiting.delete(look)
        reject(new Error(`page ${number} did not arrive within ${withinMs} ms; ${pages().length} did`))
      }, withinMs)
      const look = () => {
        const page = pages()[number - 1]
        if (page === undefined) return
        clearTimeout(tooLate)
        waiting.delete(look)
        resolve(page)
      }
      waiting.add(look)
      look()
    })
  }

  return { url: fake.url, secret, pages, untilPage, stop: () => fake.stop() }
}

function arrivedAt({ received }: FakeWebhook, arrivals: readonly number[]): ArrivedPage[] {
  const refused = received.find(({ accepted }) => !accepted)
  if (refused !== undefined) throw new Error(`a page was refused: ${refused.errors.join('; ')}`)
  return received.flatMap(({ body, repeated }, index) =>
    repeated
      ? []
      : [
          {
            at: arrivals[index] ?? Number.NaN,
            kind: body['kind'] as PageKind,
            incidents: [String(body['incident']), ...bundledIn(body['bundled'])],
            person: String(body['person']),
            lines: body['lines'] as readonly string[],
          },
        ],
  )
}

function bundledIn(bundled: unknown): string[] {
  return Array.isArray(bundled) ? bundled.map(({ incident }: { incident: string }) => incident) : []
}
