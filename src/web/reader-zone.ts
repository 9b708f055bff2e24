import { AsyncLocalStorage } from 'node:async_hooks'

/*
 * By whose clock an answer tells times: the zone of whoever asks, else that of the configuration. It goes with the request, so that no page can forget it.
 */

const zones = new AsyncLocalStorage<string>()

/** The zone of whoever is answered now; UTC where nobody asked. */
export function readerZone(): string {
  return zones.getStore() ?? 'UTC'
}

/** Answers by the clock of a zone. */
export function inReaderZone<Answer>(timeZone: string, answer: () => Answer): Answer {
  return zones.run(timeZone, answer)
}
