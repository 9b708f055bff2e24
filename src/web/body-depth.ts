import { HttpProblem } from './errors.ts'

/** More than anybody writes, and far from what a program's stack holds: nearly everything that is done with a body goes down into it. */
const mostLevels = 200

/** @throws HttpProblem 400 when a body is nested too deeply for anything to be done with it */
export function refuseDeepBody(body: unknown): void {
  if (isDeeper(body, mostLevels))
    throw new HttpProblem(400, `the body is nested more than ${mostLevels} levels deep`)
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return false
  if (levels === 0) return true
  if (Array.isArray(value)) return value.some((member) => isDeeper(member, levels - 1))
  const members = value as Readonly<Record<string, unknown>>
  for (const name in members) if (isDeeper(members[name], levels - 1)) return true
  return false
}
