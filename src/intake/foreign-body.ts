import type { Labels } from '../domain/alert/alert.ts'
import type { ChangeEvent } from '../domain/alert/change-event.ts'
import { cutText, oneLine } from '../domain/page/delivery.ts'
import { parseJsonBody } from '../domain/values/json-body.ts'
import { storable } from '../domain/values/text.ts'
import { own } from '../domain/values/own.ts'
import { readLink } from '../domain/values/web-link.ts'
import { mapOf } from './foreign.ts'
import { BodyRefused, type SenderContext } from './reading.ts'
import { boundedId, textOf, textsOf } from './texts.ts'

/* What programs send whose formats only they know: any member may be missing, or be something else than it was. */

const decoder = new TextDecoder()
/** Before 2000 an instant is a mistake, such as a zero or milliseconds taken for seconds; after 2100 as well. */
const earliest = Date.UTC(2000, 0, 1)
const latest = Date.UTC(2100, 0, 1)
/** As a number of seconds it lies in the year 5138. */
const leastMilliseconds = 100_000_000_000
const longestSummary = 200

/**
 * What a body says that is JSON.
 * @throws {BodyRefused} when it is not, or is nested too deep
 */
export function parsedBody(bytes: Uint8Array): unknown {
  return storable(exactBody(bytes))
}

/** The same letter by letter, for a signature that is over what it says: not yet anything that a store would take. */
export function exactBody(bytes: Uint8Array): unknown {
  const parsed = parseJsonBody(decoder.decode(bytes))
  if ('problem' in parsed) throw new BodyRefused('the body is not understood', [parsed.problem])
  return parsed.value
}

/** A member of a member of a foreign value; `undefined` where there is none. */
export function memberOf(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>((at, name) => own(mapOf(at) ?? {}, name), value)
}

/** A text or a number that says something, as text. */
export function textAt(value: unknown, ...path: readonly string[]): string | undefined {
  const member = memberOf(value, ...path)
  if (typeof member === 'number') return String(member)
  return typeof member === 'string' && member.trim() !== '' ? member : undefined
}

/**
 * An instant in whatever form: ISO 8601 with a zone, also as `2026-03-01 12:00:00 UTC` and `… +0200`, or seconds or milliseconds since 1970.
 * @returns ISO 8601 in UTC; `undefined` for what is none, and for what lies before 2000 or after 2100
 */
export function foreignInstant(written: unknown): string | undefined {
  const ms = millisecondsOf(written)
  return ms === undefined || !(ms >= earliest && ms < latest) ? undefined : new Date(ms).toISOString()
}

function millisecondsOf(written: unknown): number | undefined {
  if (typeof written === 'number') return written < leastMilliseconds ? written * 1_000 : written
  if (typeof written !== 'string') return undefined
  const text = written.trim()
  if (/^\d{9,13}(?:\.\d{1,9})?$/.test(text)) return millisecondsOf(Number(text))
  const parts =
    /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?) ?(?:Z|UTC|([+-]\d{2}):?(\d{2}))$/i.exec(
      text,
    )
  if (parts === null) return undefined
  const [, day, time, hours, minutes] = parts
  return Date.parse(`${day}T${time}${hours === undefined ? 'Z' : `${hours}:${minutes}`}`)
}

export interface ForeignChange {
  /** As its sender calls it. */
  readonly id: string
  /** See {@link foreignInstant}; without one it was now. */
  readonly at: unknown
  /** What was changed, in words. */
  readonly words: string
  readonly labels: Readonly<Record<string, unknown>>
  readonly links: Readonly<Record<string, unknown>>
}

export function changeOf(
  { source, now }: SenderContext,
  { id, at, words, labels, links }: ForeignChange,
): ChangeEvent {
  return {
    changeId: `${source}/${boundedId(id)}`,
    source,
    at: foreignInstant(at) ?? now.toISOString(),
    summary: cutText(oneLine(words) || 'Something was changed', longestSummary),
    labels: textsOf(labels),
    links: webLinks(links),
  }
}

/** Those that people may be led to. */
function webLinks(links: Readonly<Record<string, unknown>>): Labels {
  return textsOf(
    Object.fromEntries(
      Object.entries(links).flatMap(([name, address]) => {
        const link = readLink(textOf(address) ?? '')
        return link.kind === 'link' ? [[name, link.url]] : []
      }),
    ),
  )
}
