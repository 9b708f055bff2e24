import type { ServerResponse } from 'node:http'

export interface EventStream {
  /** Tells the reader; while they read too slowly, only the newest such event is kept for them. */
  send(event: string, data: object): void
  /** Tells the reader, unless they read too slowly: then it says nothing that they will not see. */
  sendIfReady(event: string, data: object): void
  end(): void
}

/**
 * Server-sent events to one reader. What they do not read is not kept, and a reader who lets `drainWithinMs` pass is cut off: a page then opens
 * the next stream.
 */
export function openEventStream(raw: ServerResponse, drainWithinMs: number): EventStream {
  let newest: string | null = null
  let deadline: NodeJS.Timeout | undefined

  const cutOffLater = () => {
    deadline ??= setTimeout(() => raw.destroy(), drainWithinMs)
  }
  const write = (text: string) => {
    if (raw.destroyed || raw.writableEnded) return
    if (!raw.write(text)) cutOffLater()
  }

  raw.on('drain', () => {
    clearTimeout(deadline)
    deadline = undefined
    const text = newest
    newest = null
    if (text !== null) write(text)
  })
  raw.once('close', () => clearTimeout(deadline))
  raw.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
    'x-content-type-options': 'nosniff',
  })
  write('retry: 2000\n\n')

  return {
    send(event, data) {
      const text = eventText(event, data)
      if (raw.writableNeedDrain) newest = text
      else write(text)
    },
    sendIfReady(event, data) {
      if (!raw.writableNeedDrain) write(eventText(event, data))
    },
    end() {
      newest = null
      if (raw.destroyed || raw.writableEnded) return
      raw.end()
      cutOffLater()
    },
  }
}

function eventText(event: string, data: object): string {
  return `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`
}
