import { z } from 'zod'
import { type Matcher } from '../../domain/alert/matcher.ts'
import { MatcherRefused, parseMatchers } from '../../domain/alert/matcher-text.ts'
import { parseIncidentName } from '../../domain/investigate/evidence.ts'
import { HttpProblem } from '../errors.ts'
import { read, text } from './command-bodies.ts'

/* What people say as they make one incident part of another, or take one apart. */

const longestReason = 500
const mostAlerts = 1_000

const reason = text
  .min(1, 'reason says why, for those who read it later')
  .max(longestReason, `a reason has at most ${longestReason} characters`)

const Merge = z.object({ into: text.min(1, 'into says what it is part of, such as INC-12').max(40), reason })
const Unmerge = z.object({ reason })

/** A form has one text, in which lines stand for several. */
const listed = z.union([
  z.array(text.max(10_000)).max(mostAlerts),
  text.max(10_000).transform((written) => written.split(/\r?\n/).filter((line) => line.trim() !== '')),
])
const Split = z.object({ alerts: listed.default([]), matchers: listed.default([]), reason })

const mergeForm = 'say what it is part of, and why: {"into": "INC-12", "reason": "the same disk"}'

/** @throws HttpProblem 400 */
export function mergeIn(body: unknown): { readonly into: number; readonly reason: string } {
  const { into: name, reason: why } = read(Merge, body ?? {}, mergeForm)
  const into = parseIncidentName(name)
  if (into === undefined)
    throw new HttpProblem(400, `${JSON.stringify(name)} names no incident: write INC-12`)
  return { into, reason: why }
}

/** @throws HttpProblem 400 */
export function reasonIn(body: unknown): string {
  return read(Unmerge, body ?? {}, 'reason says why, for those who read it later').reason
}

interface SplitBody {
  readonly fingerprints: readonly string[]
  readonly matchers: readonly Matcher[]
  readonly reason: string
}

/** @throws HttpProblem 400 */
export function splitIn(body: unknown): SplitBody {
  const { alerts, matchers: written, reason: why } = read(Split, body ?? {}, 'say which alerts, and why')
  const matchers = written.flatMap(matchersIn)
  if (alerts.length === 0 && matchers.length === 0)
    throw new HttpProblem(
      400,
      'say which alerts: by "alerts", their fingerprints, or by "matchers" such as instance="db1"',
    )
  return { fingerprints: alerts, matchers, reason: why }
}

function matchersIn(written: string): readonly Matcher[] {
  try {
    return parseMatchers(written)
  } catch (error) {
    if (error instanceof MatcherRefused) throw new HttpProblem(400, error.message)
    throw error
  }
}
