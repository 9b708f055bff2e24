import { parseIncidentName } from '../investigate/evidence.ts'
import { fnv1a64 } from '../values/hash.ts'
import type { MessageAnswers } from './page.ts'

/** What a button carries, whoever draws it: the incident, and where its escalation stood when the message was sent. */
export interface AnswerValue {
  readonly incident: number
  readonly asOf: { readonly round: number; readonly step: number }
  /** It answers for all incidents of this bundle, of which the incident leads. */
  readonly bundle?: string
}

/** `INC-42/r0/s1`, and `INC-42/r0/s1/0123456789abcdef` for a bundle: 48 characters at most. */
export function valueOf({ incident, position: { round, step }, bundle }: MessageAnswers): string {
  return [incident, `r${round}`, `s${step}`, ...(bundle === undefined ? [] : [bundle])].join('/')
}

/** The reverse; `undefined` for anything else. */
export function readValue(text: string): AnswerValue | undefined {
  const {
    name = '',
    round,
    step,
    bundle,
  } = /^(?<name>INC-\d{1,15})\/r(?<round>\d{1,4})\/s(?<step>\d{1,4})(?:\/(?<bundle>[0-9a-f]{16}))?$/.exec(
    text,
  )?.groups ?? {}
  const incident = parseIncidentName(name)
  if (incident === undefined) return undefined
  const asOf = { round: Number(round), step: Number(step) }
  return bundle === undefined ? { incident, asOf } : { incident, asOf, bundle }
}

/** A bundle by the page that leads it, short enough for any button. */
export function bundleName(leader: string): string {
  return fnv1a64(leader)
}
