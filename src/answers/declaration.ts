import { type AcceptedAlert, fingerprintOf } from '../domain/alert.ts'
import type { Account } from '../domain/channel-answers.ts'
import type { User } from '../domain/configuration.ts'
import { cutText, oneLine } from '../domain/delivery.ts'

const longestTitle = 300

interface DeclaredTitle {
  readonly service: string | undefined
  readonly text: string
}

/** `checkout: nobody can pay` is about a service, when there is one of that name. */
export function titleIn(written: string, services: readonly string[]): DeclaredTitle {
  const title = cutText(oneLine(written), longestTitle)
  const { name, rest } = /^(?<name>[\w-]+): *(?<rest>.*)$/.exec(title)?.groups ?? {}
  const isService = name !== undefined && services.includes(name)
  return isService ? { service: name, text: rest ?? '' } : { service: undefined, text: title }
}

/** Several that are declared for one service before the first is resolved meet by the route's `groupBy`, as alerts do. */
export function declared(
  { channel }: Account,
  { name }: User,
  { service, text }: DeclaredTitle,
  id: string,
  at: string,
): AcceptedAlert {
  const about = service === undefined ? {} : { service }
  const labels = { alertname: 'Declared', severity: 'critical', declaration: id, ...about }
  return {
    source: channel,
    eventId: `${channel}/${id}`,
    fingerprint: fingerprintOf(labels),
    status: 'firing',
    labels,
    annotations: { summary: text, declaredBy: name },
    startsAt: at,
  }
}
