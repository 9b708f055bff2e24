import { expect, test, vi } from 'vitest'
import { createChannelHandlers, type ChannelHandlerParts } from '../../src/app/channel-handlers.ts'
import type { Integrations } from '../../src/domain/configuration/integrations.ts'

const loads = vi.hoisted(() => ({ http: 0 }))
vi.mock('../../src/http/post.ts', () => {
  loads.http += 1
  return { createPost: () => ({}) }
})

const slack = { token: 'env:SLACK_TOKEN', signingSecret: 'env:SLACK_SECRET' } as const

function handlersFor(integrations: Integrations): Promise<void> {
  const settings = { publicUrl: 'http://localhost' }
  const parts = { settings, records: {}, commands: {}, configuration: { users: {}, integrations } }
  createChannelHandlers(parts as unknown as ChannelHandlerParts)
  return vi.dynamicImportSettled()
}

test('the HTTP client is loaded before there is anything to send, and only where a channel needs it', async () => {
  await handlersFor({})
  expect(loads.http).toBe(0)
  await handlersFor({ slack })
  expect(loads.http).toBe(1)
})
