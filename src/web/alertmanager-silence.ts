import { z } from 'zod'
import type { SilenceDraft } from '../domain/alert/silence.ts'
import { operatorOf } from './alertmanager-json.ts'

const required = (what: z.core.$ZodRawIssue) => (what.input === undefined ? 'is required' : undefined)

const matcher = z.looseObject({
  name: z.string(),
  value: z.string(),
  isRegex: z.boolean(),
  isEqual: z.boolean().default(true),
})

const instant = z.iso.datetime({ offset: true, local: true })

const PostableSilence = z.looseObject({
  id: z.string().nullish(),
  matchers: z.array(matcher).min(1, 'should have at least 1 items'),
  startsAt: instant,
  endsAt: instant,
  createdBy: z.string(),
  comment: z.string(),
})

/** What somebody posted to be silenced; `id`: of the silence that is changed. */
export interface PostedSilence {
  readonly draft: SilenceDraft
  readonly id: string | undefined
}

/** Reads `postableSilence` of Alertmanager's API; what is wrong with it as Alertmanager says it. */
export function readPostedSilence(body: unknown): PostedSilence | { readonly problem: string } {
  const { data, error } = PostableSilence.safeParse(body, { error: required })
  if (error !== undefined) {
    const [issue] = error.issues
    const place =
      issue === undefined || issue.path.length === 0 ? 'the body' : `${issue.path.join('.')} in body`
    return { problem: `${place} ${issue?.message ?? ''}` }
  }
  const { id, matchers, startsAt, endsAt, createdBy, comment } = data
  return {
    id: id || undefined,
    draft: {
      matchers: matchers.map(({ name, value, isRegex, isEqual }) => ({
        name,
        operator: operatorOf(isEqual, isRegex),
        value,
      })),
      startsAt: epochMs(startsAt),
      endsAt: epochMs(endsAt),
      createdBy,
      comment,
    },
  }
}

/** Go's reader takes an instant without a zone as UTC. */
function epochMs(written: string): number {
  return Date.parse(/(?:Z|[+-]\d\d:?\d\d)$/.test(written) ? written : `${written}Z`)
}
