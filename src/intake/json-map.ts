import { mapOf } from './foreign.ts'
import { fingerprintOf, type AcceptedAlert } from '../domain/alert/alert.ts'
import type { ChangeEvent } from '../domain/alert/change-event.ts'
import { storable } from '../domain/values/text.ts'
import type { SenderContext, IntakeReading } from './reading.ts'
import { changeOf, foreignInstant, memberOf, textAt } from './foreign-body.ts'
import type { MapAnswer, MappedItem } from './json-map-evaluator.ts'
import { eventIdOf } from './repeats.ts'
import { boundedId, textOf, textsOf } from './texts.ts'

type Read<Part> = { readonly part: Part } | { readonly problems: readonly string[] }

/**
 * The alerts and changes that a map made of a foreign body. An item at fault is told of by its path; the others count.
 * @param name of the sender: what an alert is called that has no `alertname`
 */
export function readMapped(answer: MapAnswer, name: string, context: SenderContext): IntakeReading {
  const alerts = answer.items.map((item, index) => readItem(item, `alerts[${index}]`, name, context))
  const changes = answer.changes.map((one, index) => readChange(storable(one), `changes[${index}]`, context))
  return {
    alerts: alerts.flatMap((read) => ('part' in read ? [read.part] : [])),
    changes: changes.flatMap((read) => ('part' in read ? [read.part] : [])),
    problems: [
      ...answer.problems,
      ...[...alerts, ...changes].flatMap((read) => ('part' in read ? [] : read.problems)),
    ],
  }
}

function readItem(
  { fields, problems: failed }: MappedItem,
  path: string,
  name: string,
  context: SenderContext,
): Read<AcceptedAlert> {
  const told = storable(fields) as MappedItem['fields']
  const [labels, annotations] = [mapOf(told.labels), mapOf(told.annotations ?? {})]
  const status = statusOf(told, context.now)
  const problems = [
    ...failed,
    // What an expression failed to say is told of already.
    ...(labels === undefined && !failed.some((one) => one.startsWith('labels:'))
      ? [`labels: must be an object of names and values, not ${kindOf(told.labels)}`]
      : []),
    ...(annotations === undefined
      ? [`annotations: must be an object of names and values, not ${kindOf(told.annotations)}`]
      : []),
    ...(status === undefined
      ? [`status: must be "firing" or "resolved", not ${(textOf(told.status) ?? '').slice(0, 80)}`]
      : []),
    ...instantProblems(told),
  ]
  if (labels === undefined || annotations === undefined || status === undefined || problems.length > 0)
    return { problems: problems.map((one) => `${path}.${one}`) }
  const texts = { alertname: name, ...textsOf(labels) }
  const alert = { labels: texts, annotations: textsOf(annotations), status }
  return { part: alertOf(alert, told, context) }
}

function alertOf(
  read: Pick<AcceptedAlert, 'labels' | 'annotations' | 'status'>,
  told: MappedItem['fields'],
  { source, now, newId }: SenderContext,
): AcceptedAlert {
  const [began, ended] = [foreignInstant(told.startsAt), foreignInstant(told.endsAt)]
  const id = textOf(told.fingerprint)
  const fingerprint = id === undefined || id === '' ? fingerprintOf(read.labels) : boundedId(id)
  const endsAt = ended ?? now.toISOString()
  const alert: Omit<AcceptedAlert, 'eventId'> = {
    ...read,
    source,
    fingerprint,
    startsAt: began ?? (read.status === 'resolved' ? endsAt : now.toISOString()),
    ...(read.status === 'resolved' ? { endsAt } : {}),
  }
  // Without an instant of its own nothing tells a repeat from the same thing happening again.
  const hasInstant = (read.status === 'resolved' ? (ended ?? began) : began) !== undefined
  if (!hasInstant) return { ...alert, eventId: `${source}/${fingerprint}/${newId()}` }
  // An end that is not told must not make every repeat a new event.
  const { endsAt: _, ...open } = alert
  return { ...alert, eventId: eventIdOf(ended === undefined ? open : { ...open, endsAt: ended }) }
}

/** Without a status it fires, unless its end has passed. */
function statusOf({ status, endsAt }: MappedItem['fields'], now: Date): AcceptedAlert['status'] | undefined {
  if (status === undefined || status === null) {
    const ended = foreignInstant(endsAt)
    return ended !== undefined && Date.parse(ended) <= now.getTime() ? 'resolved' : 'firing'
  }
  const word = typeof status === 'string' ? status.trim().toLowerCase() : undefined
  return word === 'firing' || word === 'resolved' ? word : undefined
}

function instantProblems(told: MappedItem['fields']): string[] {
  return (['startsAt', 'endsAt'] as const)
    .filter((field) => !isBlank(told[field]) && foreignInstant(told[field]) === undefined)
    .map(
      (field) =>
        `${field}: must be an instant with a zone, such as 2026-03-01T12:00:00Z, or seconds or milliseconds since 1970`,
    )
}

function isBlank(value: unknown): boolean {
  return value === undefined || value === null || value === ''
}

function readChange(told: unknown, path: string, context: SenderContext): Read<ChangeEvent> {
  const words = textAt(told, 'summary')
  if (words === undefined) return { problems: [`${path}.summary: is required, and must be text`] }
  const at = memberOf(told, 'at')
  return {
    part: changeOf(context, {
      id:
        textAt(told, 'id') ??
        (foreignInstant(at) === undefined ? context.newId() : `${foreignInstant(at)}/${words}`),
      at,
      words,
      labels: mapOf(memberOf(told, 'labels')) ?? {},
      links: mapOf(memberOf(told, 'links')) ?? {},
    }),
  }
}

function kindOf(value: unknown): string {
  if (value === undefined || value === null) return 'nothing'
  if (Array.isArray(value)) return 'a list'
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}
