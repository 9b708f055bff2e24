import { incidentName } from '../domain/investigate/evidence.ts'

/** `INC-42` from ids that are made of it: `review/INC-42`, `INC-42/a1`. */
export function incidentNamed(id: unknown): string | undefined {
  return typeof id === 'string' ? /(?:^|\/)(INC-\d+)(?:\/|$)/.exec(id)?.[1] : undefined
}

/**
 * The incident that an activity is about, from its input: a number alone is an incident's, and an object says `incident`, or has the id of a
 * page or an attempt.
 */
export function incidentOfInput([input]: readonly unknown[]): string | undefined {
  if (typeof input === 'number') return incidentName(input)
  if (typeof input !== 'object' || input === null) return undefined
  const { incident, page, attempt } = input as Readonly<Record<string, unknown>>
  if (typeof incident === 'number') return incidentName(incident)
  return incidentNamed(page) ?? incidentNamed(attempt)
}
