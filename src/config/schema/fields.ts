import { z } from 'zod'
import { parseMatcher } from '../../domain/alert/matcher-text.ts'
import { errorMessage } from '../../domain/values/error-message.ts'
import { formatDuration, parseDuration } from '../../domain/values/duration.ts'
import { identifierParts } from '../../domain/values/sql-identifier.ts'

/** Names of things the configuration declares; they stand in labels, workflow ids and links. */
const namePattern = /^[A-Za-z][A-Za-z0-9_-]{0,62}$/

/** Prometheus, OpenTelemetry and Kubernetes name labels with dots, slashes and letters of every script. */
const longestLabelName = 1_024

const secondMs = 1_000
const yearMs = 366 * 86_400_000

/** Text that says something. */
export const text = z.string().trim().min(1)

type Judge = (word: string) => string | undefined

const nameProblem: Judge = (word) => {
  if (!namePattern.test(word)) {
    return `"${word}" is not a name: letters, digits, "-" and "_", beginning with a letter, at most 63 characters`
  }
  // `constructor` and its like are in every object and could not be told from a declared name.
  return word in {} ? `"${word}" is a reserved word: choose another name` : undefined
}

const labelProblem: Judge = (word) =>
  word.trim() === word && word !== '' && word.length <= longestLabelName
    ? undefined
    : `${JSON.stringify(word.slice(0, 80))} is not a label name: any text without space around it, at most ${longestLabelName} characters`

/** A name in a list, where no key gives it one. */
export const name = judged(nameProblem)

export const labelName = judged(labelProblem)

/** Named things of one kind. */
export function named<Value extends z.ZodType>(value: Value) {
  return mapOf(nameProblem, value)
}

export const labels = mapOf(labelProblem, z.string())

/** Like {@link labels}, with several values each. */
export const labelMatch = mapOf(
  labelProblem,
  z
    .array(text, {
      error: ({ input }) => (input === undefined ? undefined : 'expected a list of values, such as [one]'),
    })
    .min(1),
)

/** `severity=~"page|critical"`, as Alertmanager writes it. */
export const matcher = text.transform((written, context) => {
  try {
    return parseMatcher(written)
  } catch (error) {
    context.addIssue({ code: 'custom', message: errorMessage(error) })
    return z.NEVER
  }
})

/** Text that a function objects to, or not. */
export function judged(problemOf: Judge) {
  return text.superRefine((written, context) => {
    const message = problemOf(written)
    if (message !== undefined) context.addIssue({ code: 'custom', message })
  })
}

/** Keys are judged even where a value is wrong, so that both mistakes are told. */
function mapOf<Value extends z.ZodType>(problemOf: Judge, value: Value) {
  return z.record(z.string(), value).superRefine(
    (map, context) => {
      for (const key of Object.keys(map)) {
        const message = problemOf(key)
        if (message !== undefined)
          context.addIssue({ code: 'custom', path: [key], message, params: { at: 'key' } })
      }
    },
    { when: ({ value: map }) => typeof map === 'object' && map !== null && !Array.isArray(map) },
  )
}

const durationForms = 'write a number with its unit, such as 90s, 15m, 1h30m or 2d'

/** `15m` as milliseconds; whole seconds, because buckets, timers and people count in them. */
export function duration({ leastMs = 0 }: { leastMs?: number } = {}) {
  return z
    .union([z.string(), z.number()], {
      error: ({ input }) => (input === undefined ? undefined : `expected a duration: ${durationForms}`),
    })
    .transform((written, context) => {
      const ms = parseDuration(String(written))
      const problem = durationProblem(written, ms, leastMs)
      if (ms !== undefined && problem === undefined) return ms
      context.addIssue({ code: 'custom', message: problem ?? durationForms })
      return z.NEVER
    })
}

function durationProblem(
  written: string | number,
  ms: number | undefined,
  leastMs: number,
): string | undefined {
  if (ms === undefined) {
    const what = typeof written === 'number' ? `${written} has no unit` : `"${written}" is not a duration`
    return `${what}: ${durationForms}`
  }
  if (ms < leastMs) return `must be at least ${formatDuration(leastMs)}`
  if (ms > yearMs) return 'must be at most 366d'
  return ms % secondMs === 0 ? undefined : 'must be whole seconds'
}

const inBackquotes = 'a name with other characters than letters, digits and "_" stands in backquotes'

/** `db.table`; it goes into queries as identifiers, so nothing else is taken. */
export const tableName = text.refine(
  (written) => identifierParts(written)?.length === 2,
  `is not a table: write database.table; ${inBackquotes}`,
)

export const columnName = text.refine(
  (written) => identifierParts(written)?.length === 1,
  `is not a column: write its name; ${inBackquotes}`,
)

/** Addresses for people to follow: never `javascript:` and never with a password in it. */
export const webAddress = judged(addressProblem)

/** Places for people to look, of a service or of a check. */
export const linkFields = {
  dashboardUrl: webAddress.exactOptional(),
  runbookUrl: webAddress.exactOptional(),
  links: z
    .array(z.strictObject({ title: text.max(60, 'must be at most 60 characters'), url: webAddress }))
    .max(10, 'must have at most 10 entries')
    .exactOptional(),
}

/** What is wrong with a literal address; `undefined` when nothing is. The address itself is not repeated: it may hold a secret. */
export function addressProblem(written: string): string | undefined {
  if (!URL.canParse(written)) return 'is not an address: write a whole one, such as https://example.org/path'
  const url = new URL(written)
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    return `must begin with http:// or https://, not ${url.protocol}`
  if (url.username === '' && url.password === '') return undefined
  return 'has a user name or password in it: put the whole address into ${env:NAME} or ${file:PATH}'
}
