import { parseIncidentName } from './evidence.ts'
import type { PageMessage } from './page.ts'

/** What a button carries, whoever draws it: the incident, and where its escalation stood when the message was sent. */
export interface AnswerValue {
  readonly incident: number
  readonly asOf: { readonly round: number; readonly step: number }
}

/** `INC-42/r0/s1`: 32 characters at most. */
export function valueOf({
  incident,
  position: { round, step },
}: Pick<PageMessage, 'incident' | 'position'>): string {
  return `${incident}/r${round}/s${step}`
}

/** The reverse; `undefined` for anything else. */
export function readValue(text: string): AnswerValue | undefined {
  const {
    name = '',
    round,
    step,
  } = /^(?<name>INC-\d{1,15})\/r(?<round>\d{1,4})\/s(?<step>\d{1,4})$/.exec(text)?.groups ?? {}
  const incident = parseIncidentName(name)
  return incident === undefined ? undefined : { incident, asOf: { round: Number(round), step: Number(step) } }
}
