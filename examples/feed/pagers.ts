import { randomBytes } from 'node:crypto'
import { startFakePagerDuty } from '../fakes/pagerduty.ts'
import { startFakeWebhook } from '../fakes/webhook.ts'
import type { ReceivedPage } from './scenarios.ts'

const withWebhook = ['ana', 'ben', 'carol', 'edo'] as const

/** Stand-ins for the pagers of the people on call, as strict as real ones. */
export interface Pagers {
  /** What `firewatch.yaml` refers to. */
  readonly env: Readonly<Record<string, string>>
  /** Pages that woke somebody, in the order in which they came in. */
  received(): ReceivedPage[]
  stop(): Promise<void>
}

export async function startPagers(): Promise<Pagers> {
  const webhooks = await Promise.all(
    withWebhook.map(async (person) => ({ person, fake: await startFakeWebhook() })),
  )
  const pagerduty = await startFakePagerDuty()
  // A routing key has 32 characters; this one is nobody's.
  const routingKey = randomBytes(16).toString('hex')
  const order = new Map<string, number>()

  function byWebhook(): ReceivedPage[] {
    return webhooks.flatMap(({ person, fake }) =>
      fake.received
        .filter(({ accepted, body }) => accepted && body['kind'] === 'page')
        .map(({ key }) => ({ person, channel: 'webhook', idempotencyKey: key })),
    )
  }

  function byPagerDuty(): ReceivedPage[] {
    return pagerduty.received
      .filter(({ accepted, event }) => accepted && event['event_action'] === 'trigger')
      .map(({ event }) => {
        const idempotencyKey = String(event['dedup_key'])
        return { person: idempotencyKey.split('/').at(-1) ?? '', channel: 'pagerduty', idempotencyKey }
      })
  }

  return {
    env: {
      ...Object.fromEntries(
        webhooks.map(({ person, fake }) => [`FEED_DEMO_PAGER_URL_${person.toUpperCase()}`, fake.url]),
      ),
      FEED_DEMO_PAGERDUTY_URL: `${pagerduty.url}/v2/enqueue`,
      FEED_DEMO_PAGERDUTY_ROUTING_KEY: routingKey,
    },
    received() {
      const pages = [...byWebhook(), ...byPagerDuty()]
      for (const { idempotencyKey } of pages)
        if (!order.has(idempotencyKey)) order.set(idempotencyKey, order.size)
      return pages.toSorted((a, b) => (order.get(a.idempotencyKey) ?? 0) - (order.get(b.idempotencyKey) ?? 0))
    },
    async stop() {
      await Promise.all([...webhooks.map(({ fake }) => fake.stop()), pagerduty.stop()])
    },
  }
}
