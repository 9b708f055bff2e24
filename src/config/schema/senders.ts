import { createRequire } from 'node:module'
import { z } from 'zod'
import { jsonMapFields, type Sender } from '../../domain/configuration/sender.ts'
import { judged, text } from './fields.ts'
import { secretReference } from './secret-fields.ts'
import { senderLimitSchema } from './sender-limit.ts'

const require = createRequire(import.meta.url)

type Parse = (expression: string) => { ast(): unknown }

/**
 * Functions of JSONata that a map may not use. `$eval` would run text of the body as an expression.
 * https://docs.jsonata.org/expression-functions
 */
const forbidden = ['eval']

/** A JSONata expression. It is parsed here, so that nothing fails for its spelling at night. */
const expression = judged(expressionProblem)

function expressionProblem(written: string): string | undefined {
  // Loaded where somebody has a map: it takes a while, and most have none.
  const parse = require('jsonata') as Parse
  try {
    const used = forbidden.find((name) => usesVariable(parse(written).ast(), name))
    return used === undefined ? undefined : `must not use $${used}: a body is data and is never run`
  } catch (error) {
    return `is not a JSONata expression: ${parseProblem(error)}`
  }
}

/** Its messages quote the expression, which is no secret. */
function parseProblem(error: unknown): string {
  const { message, position } = error as { readonly message?: unknown; readonly position?: unknown }
  const words = typeof message === 'string' ? message : 'it cannot be parsed'
  return typeof position === 'number' ? `${words} (at character ${position})` : words
}

function usesVariable(node: unknown, name: string): boolean {
  if (Array.isArray(node)) return node.some((member) => usesVariable(member, name))
  if (typeof node !== 'object' || node === null) return false
  const { type, value } = node as { readonly type?: unknown; readonly value?: unknown }
  return (type === 'variable' && value === name) || usesVariable(Object.values(node), name)
}

/** Of every sender; what `service` names is looked up in the cross-references. */
const common = {
  title: text.exactOptional(),
  service: text.exactOptional(),
  limit: senderLimitSchema.exactOptional(),
}

const mapSchema = z
  .strictObject({
    alerts: expression.exactOptional(),
    ...(Object.fromEntries(jsonMapFields.map((field) => [field, expression.exactOptional()])) as Record<
      (typeof jsonMapFields)[number],
      z.ZodExactOptional<typeof expression>
    >),
    changes: expression.exactOptional(),
  })
  .refine(
    ({ alerts, labels, changes }) => (alerts ?? labels ?? changes) !== undefined,
    'needs labels, alerts or changes: without them nothing is made of a body',
  )

/** https://docs.aws.amazon.com/sns/latest/dg/sns-topic-attributes.html; FIFO topics reach no HTTP endpoint. */
const topicArn = judged((written) =>
  /^arn:aws(?:-cn|-us-gov)?:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]{1,256}$/.test(written)
    ? undefined
    : 'is not the ARN of a topic: write one such as arn:aws:sns:eu-west-1:123456789012:alarms',
)

/** RFC 9110: a token. */
const headerName = judged((written) =>
  /^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,128}$/.test(written)
    ? undefined
    : 'is not a header name: write one such as X-Grafana-Alerting-Timestamp',
)

function signedBy<Kind extends string>(kind: Kind) {
  return z.strictObject({ kind: z.literal(kind), ...common, secret: secretReference })
}

/** Any program, by a token. */
const tokenSenderSchema = z.strictObject({ kind: z.literal('token').optional(), ...common })

/** A program that hands in alerts. */
export const senderSchema = z.discriminatedUnion('kind', [
  tokenSenderSchema,
  signedBy('grafana').extend({ timestampHeader: headerName.exactOptional() }),
  z.strictObject({ kind: z.literal('json'), ...common, map: mapSchema }),
  z.strictObject({ kind: z.literal('sns'), ...common, topics: z.array(topicArn).min(1) }),
  signedBy('sentry'),
  signedBy('github'),
  signedBy('gitlab'),
])

type WrittenSender = z.output<typeof senderSchema>

export function toSender(name: string, written: WrittenSender): Sender {
  const { title = name } = written
  if (!isByToken(written)) return { ...written, name, title }
  const { kind: _, ...byToken } = written
  return { ...byToken, name, title }
}

function isByToken(written: WrittenSender): written is z.output<typeof tokenSenderSchema> {
  return written.kind === undefined || written.kind === 'token'
}
