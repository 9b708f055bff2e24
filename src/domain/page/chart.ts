import { failureText } from './delivery.ts'
import type { PageMessage } from './page.ts'

export interface ChartOptions {
  /** The chart of `INC-42` as PNG, by the clock of a zone; `undefined` when there is nothing to show. It may fail and may take long: then the page goes without. */
  readonly chartOf: (incident: string, timeZone: string) => Promise<Uint8Array | undefined>
  /** How long a page waits for its chart. */
  readonly chartWaitMs?: number
  /** Told why a page that arrived has no chart. */
  readonly onMissingChart: (incident: string, reason: string) => void
}

export const defaultChartWaitMs = 2_000

export interface Chart {
  /** `undefined` when there is none in time. */
  readonly png: Promise<Uint8Array | undefined>
  readonly missed: (reason: string) => void
}

/** What a provider takes, and its name. */
export interface ChartLimit {
  readonly taker: string
  readonly bytes: number
}

/**
 * The chart of a page, being drawn while the text is on its way; only pages have one, and no possible repeat: the smallest message is the likeliest to
 * arrive.
 * @param late aborts when it is not waited for any longer
 */
export function chartFor(
  options: ChartOptions,
  message: PageMessage,
  late: AbortSignal,
  { taker, bytes: most }: ChartLimit,
): Chart | undefined {
  if (message.kind !== 'page' || message.possibleRepeat) return undefined
  const { chartOf, chartWaitMs = defaultChartWaitMs, onMissingChart } = options
  const { incident, timeZone } = message
  const missed = (reason: string) => onMissingChart(incident, reason)
  const png = Promise.race([chartOf(incident, timeZone), endOf(late, chartWaitMs)]).then(
    (bytes) => {
      if (bytes === undefined || (bytes.length > 0 && bytes.length <= most)) return bytes
      missed(`it has ${bytes.length} bytes, and ${taker} takes 1 to ${most}`)
      return undefined
    },
    (error: unknown) => {
      missed(failureText(error, 'it could not be drawn'))
      return undefined
    },
  )
  return { png, missed }
}

function endOf(signal: AbortSignal, waitMs: number): Promise<never> {
  return new Promise((_, reject) => {
    const end = () => reject(new Error(`it was not there within ${waitMs} ms`))
    if (signal.aborted) end()
    else signal.addEventListener('abort', end, { once: true })
  })
}
