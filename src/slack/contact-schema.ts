import { z } from 'zod'

/** How the configuration spells what this edge needs; the configuration hands them over. */
export interface SlackFields {
  /** An address, literal or with `${env:NAME}` or `${file:PATH}` in it. */
  readonly addressReference: z.ZodType<string, string>
  /** One reference; a literal is refused. */
  readonly secretReference: z.ZodType<string, string>
}

/** Ids, never names: a name may be taken by another channel. https://docs.slack.dev/reference/methods/chat.postMessage#channels */
const placePattern = /^[CDGUW][A-Z0-9]{2,20}$/
const userPattern = /^[UW][A-Z0-9]{2,20}$/
const hostPattern = /^[a-z0-9.-]+(?::\d{1,5})?$/i

/** A person's contact `channel: slack`: a channel, or the person. */
export function slackContactSchema() {
  return z.strictObject({
    channel: z.literal('slack'),
    to: z
      .string()
      .trim()
      .regex(
        placePattern,
        'is not a Slack id: write that of a channel (C0123456789) or a person (U0123456789)',
      ),
  })
}

/** Who somebody is at Slack. */
export const slackUserId = z
  .string()
  .trim()
  .regex(
    userPattern,
    'is not an id of a Slack user: "Copy member ID" in their profile gives one, U0123456789',
  )

/** `integrations.slack`: the app that posts, and how its requests to us are known to be Slack's. */
export function slackIntegrationSchema({ addressReference, secretReference }: SlackFields) {
  return z.strictObject({
    token: secretReference,
    signingSecret: secretReference,
    apiUrl: addressReference.exactOptional(),
    responseHosts: z
      .array(z.string().trim().regex(hostPattern, 'is not a host: write a name, such as hooks.slack.com'))
      .min(1)
      .exactOptional(),
  })
}
