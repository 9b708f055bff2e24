import { z } from 'zod'

/** How the configuration spells what this contact needs; the configuration hands them over. */
export interface PagerDutyContactFields {
  /** An address, literal or with `${env:NAME}` or `${file:PATH}` in it. */
  readonly addressReference: z.ZodType<string, string>
  /** One reference; a literal is refused. */
  readonly secretReference: z.ZodType<string, string>
}

/** A person's contact `channel: pagerduty`: the integration key of an Events v2 integration, and another address than PagerDuty's own. */
export function pagerdutyContactSchema({ addressReference, secretReference }: PagerDutyContactFields) {
  return z.strictObject({
    channel: z.literal('pagerduty'),
    routingKey: secretReference,
    url: addressReference.exactOptional(),
  })
}
