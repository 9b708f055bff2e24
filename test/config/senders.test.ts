import { join } from 'node:path'
import { expect, it } from 'vitest'
import { loadConfiguration } from '../../src/config/load.ts'
import { world } from './world.ts'

const configured = async (sender: string) => {
  const folder = await world({
    'firewatch.yaml': `users:
  ana: { contacts: [{ channel: webhook, url: 'http://127.0.0.1:1' }] }
policies:
  p: { steps: [{ notify: [ana] }] }
services:
  checkout: { description: Checkout }
routes:
  - { policies: { default: p } }
integrations:
  senders:
    shop: ${sender}
`,
  })
  return loadConfiguration(join(folder, 'firewatch.yaml'))
}

it('a sender may be given the service that its alerts are about', async () => {
  const { integrations } = await configured('{ service: checkout }')
  expect(integrations?.senders?.['shop']).toEqual({ name: 'shop', title: 'shop', service: 'checkout' })
})

it('a sender may be given a limit', async () => {
  const { integrations } = await configured('{ limit: { alertsPerMinute: 10000 } }')
  expect(integrations?.senders?.['shop']?.limit).toEqual({ alertsPerMinute: 10_000 })
})

it.each(['0', '1.5', 'many'])('refuses the limit %s', async (limit) => {
  await expect(configured(`{ limit: { alertsPerMinute: ${limit} } }`)).rejects.toThrow(/alertsPerMinute/)
})

it('refuses a service that nobody configured', async () => {
  await expect(configured('{ service: chekout }')).rejects.toThrow(
    /no service "chekout"; did you mean "checkout"\?/,
  )
})
