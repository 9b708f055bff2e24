import { expect, test, vi } from 'vitest'
import { createChannels } from '../../src/app/edges.ts'
import type { Integrations } from '../../src/domain/configuration/integrations.ts'

const loads = vi.hoisted(() => ({ mail: 0 }))
vi.mock('../../src/email/channel.ts', () => {
  loads.mail += 1
  return { createEmailChannel: () => ({}) }
})

const email = { url: 'env:SMTP_URL', from: 'Firewatch <firewatch@example.org>' } as const

function channelsFor(integrations: Integrations): Promise<void> {
  const secret = () => Promise.resolve('')
  const chart = () => Promise.resolve(undefined)
  createChannels(
    secret,
    () => new Date(0),
    chart,
    { warn: () => undefined },
    () => integrations,
  )
  return vi.dynamicImportSettled()
}

test('what sends mails is loaded before there is one to send, and only where mails are configured', async () => {
  await channelsFor({})
  expect(loads.mail).toBe(0)
  await channelsFor({ email })
  expect(loads.mail).toBe(1)
})
