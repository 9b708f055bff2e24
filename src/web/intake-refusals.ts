/*
 * What makes senders come again. Most programs repeat after 429 as they do after 503; of those that are named here alerts would be lost.
 */

interface Receiver {
  /** As registered. */
  readonly route: string
  /** Where it is said, or done. */
  readonly source: string
}

/** Receivers whose senders come again after 5xx only, or never, and then count a 4xx as a fault of the address. */
const repeatOn5xxOnly: readonly Receiver[] = [
  {
    // It repeats after 5xx and nothing else; its receivers for PagerDuty and Opsgenie do after 429 too.
    route: '/api/v1/intake/alertmanager',
    source: 'https://github.com/prometheus/alertmanager/blob/main/notify/webhook/webhook.go',
  },
  {
    // Prometheus drops a batch after anything but 2xx, and sends what still fires again after a minute.
    route: '/api/v2/alerts',
    source: 'https://github.com/prometheus/prometheus/blob/main/notifier/notifier.go',
  },
  {
    // It repeats no request; its next notification of the group, an interval later, tells all that fires.
    route: '/api/v1/intake/grafana/:sender',
    source: 'https://github.com/grafana/alerting/blob/main/receivers/webhook/v1/webhook.go',
  },
  {
    // Failures switch a webhook off, in many versions after four 4xx for good, and after 5xx for a while.
    route: '/api/v1/intake/gitlab/:sender',
    source: 'https://docs.gitlab.com/user/project/integrations/webhooks/#auto-disabled-webhooks',
  },
  {
    route: '/api/v1/intake/sns/:sender',
    source: 'https://docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html',
  },
]

const routes = new Set(repeatOn5xxOnly.map(({ route }) => route))

/** What a sender is answered that brings more than it may: whatever makes it come again. @param route as registered */
export function heldBackStatus(route: string | undefined): 429 | 503 {
  return route !== undefined && routes.has(route) ? 503 : 429
}

/** A sender that brings more than it may at this time; the intake throws it, and the web knows it by name. */
export function isHeldBack(error: Error): error is Error & { readonly retryAfterSeconds: number } {
  return error.name === 'SenderHeldBack' && 'retryAfterSeconds' in error
}
