import type { z } from 'zod'
import type { Finding } from './problems.ts'
import { didYouMean } from '../domain/values/suggestion.ts'

type RawIssue = z.core.$ZodRawIssue
type Issue = z.core.$ZodIssue

const kindNames: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map of keys and values',
  record: 'a map of keys and values',
}

/** What a schema objects to, in words; never the value itself, which may be a secret in the wrong place. */
export function describeIssue(issue: RawIssue): string {
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => unknownKey(key, issue.inst)).join('\n')
  if (issue.input === undefined) return 'is required'
  switch (issue.code) {
    case 'invalid_type':
      if (issue.expected === 'int' && typeof issue.input === 'number') return 'must be a whole number'
      return `expected ${kindNames[issue.expected] ?? issue.expected}, got ${kindOf(issue.input)}`
    case 'invalid_value':
      return oneOf(issue.values.map(String), issue.input)
    case 'invalid_union':
      return unknownVariant(issue)
    case 'too_small':
      if (issue.origin === 'array')
        return issue.minimum === 1 ? 'needs at least one entry' : `needs at least ${issue.minimum} entries`
      if (issue.origin === 'string') return 'must not be empty'
      return `must be ${issue.inclusive === false ? 'more than' : 'at least'} ${issue.minimum}`
    case 'too_big':
      return `must be ${issue.inclusive === false ? 'less than' : 'at most'} ${issue.maximum}`
    default:
      return issue.message ?? 'is not valid'
  }
}

function kindOf(value: unknown): string {
  if (value === null) return 'nothing'
  return kindNames[Array.isArray(value) ? 'array' : typeof value] ?? typeof value
}

function oneOf(values: readonly string[], got: unknown): string {
  const written = typeof got === 'string' ? didYouMean(got, values) : ''
  return `expected ${values.length > 1 ? 'one of ' : ''}${values.join(', ')}${written}`
}

function unknownVariant(issue: Extract<RawIssue, { code: 'invalid_union' }>): string {
  const { discriminator, options, input } = issue as {
    discriminator?: unknown
    options?: unknown
    input: unknown
  }
  if (typeof discriminator !== 'string' || !Array.isArray(options)) return 'has none of the allowed forms'
  const got = (input as Record<string, unknown> | null)?.[discriminator]
  // One of the variants may be that the key is left out.
  const known = options.filter((option) => option !== undefined).map(String)
  return got === undefined ? `is required: one of ${known.join(', ')}` : oneOf(known, got)
}

function unknownKey(key: string, schema: unknown): string {
  const shape = (schema as { _zod?: { def?: { shape?: object } } } | undefined)?._zod?.def?.shape
  const known = Object.keys(shape ?? {})
  return `unknown key "${key}"${didYouMean(key, known) || `; known here: ${known.join(', ')}`}`
}

/** One finding per mistake: several unknown keys are several, and of alternatives the one that was most likely meant speaks. */
export function toFindings(issues: readonly Issue[], within: readonly PropertyKey[] = []): Finding[] {
  return issues.flatMap((issue): Finding[] => {
    const path = [...within, ...issue.path].map((step) => (typeof step === 'symbol' ? String(step) : step))
    if (issue.code === 'unrecognized_keys') {
      const lines = issue.message.split('\n')
      return issue.keys.map((key, index) => ({
        path: [...path, key],
        message: lines[index] ?? issue.message,
        at: 'key',
      }))
    }
    const meant = issue.code === 'invalid_union' ? issue.errors.filter((one) => !isOfAnotherKind(one)) : []
    if (meant.length > 0) return toFindings(likeliest(meant), path)
    const atKey = issue.code === 'custom' && issue.params?.['at'] === 'key'
    return [{ path, message: issue.message, ...(atKey && { at: 'key' as const }) }]
  })
}

/** The value is no such thing at all, so what is wrong inside it means nothing. */
function isOfAnotherKind(issues: readonly Issue[]): boolean {
  return issues.some(({ code, path }) => code === 'invalid_type' && path.length === 0)
}

function likeliest(alternatives: readonly (readonly Issue[])[]): readonly Issue[] {
  return alternatives.reduce((best, issues) => (unlikelihood(issues) < unlikelihood(best) ? issues : best))
}

/** A key that is not known speaks louder against an alternative than one that is missing. */
function unlikelihood(issues: readonly Issue[]): number {
  return issues.reduce(
    (sum, issue) => sum + (issue.code === 'unrecognized_keys' ? 2 * issue.keys.length : 1),
    0,
  )
}
