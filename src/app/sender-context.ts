import { randomUUID } from 'node:crypto'
import { integrationSource } from '../domain/alert/alert.ts'
import type { Configuration } from '../domain/configuration/configuration.ts'
import { own } from '../domain/values/own.ts'
import type { SenderContext } from '../intake/reading.ts'
import { now as theTime } from './server-parts.ts'

/** Who sends, as readers need to know it. */
export function senderContexts(
  running: () => Pick<Configuration, 'integrations'>,
  now: () => Date = theTime,
): (sender: string) => SenderContext {
  return (sender) => {
    const service = own(running().integrations?.senders ?? {}, sender)?.service
    const context = { source: integrationSource(sender), now: now(), newId: randomUUID }
    return service === undefined ? context : { ...context, service }
  }
}
