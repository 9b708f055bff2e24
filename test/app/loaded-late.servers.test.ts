import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import type { Integrations } from '../../src/domain/configuration/integrations.ts'

const run = promisify(execFile)
const email = { url: 'env:SMTP_URL', from: 'Firewatch <firewatch@example.org>' } as const
const slack = { token: 'env:SLACK_TOKEN', signingSecret: 'env:SLACK_SECRET' } as const

const channels = `
const { createChannels } = await import('./src/app/edges.ts')
createChannels(async () => '', () => new Date(0), async () => undefined, { warn() {} }, () => integrations)`
const handlers = `
const { createChannelHandlers } = await import('./src/app/channel-handlers.ts')
const settings = { publicUrl: 'http://localhost' }
createChannelHandlers({ settings, records: {}, commands: {}, running: () => ({ users: {}, integrations }) })`

/** Whether a process that does so has loaded a file of the sources by the time that it is idle. */
async function loads(file: string, script: string, integrations: Integrations): Promise<boolean> {
  const program = `
import { registerHooks } from 'node:module'
const loaded = new Set()
registerHooks({ load(url, context, next) { loaded.add(url); return next(url, context) } })
const integrations = ${JSON.stringify(integrations)}
${script}
process.on('exit', () => console.log([...loaded].some((url) => url.endsWith('/${file}'))))`
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', program])
  return JSON.parse(stdout) as boolean
}

describe('a process that starts', () => {
  it.each<[string, string, Integrations, boolean]>([
    ['what sends mails', channels, { email }, true],
    ['nothing that sends mails, where none are configured', channels, {}, false],
  ])('loads, before there is a page to send, %s', async (_, script, integrations, expected) => {
    expect(await loads('src/email/channel.ts', script, integrations)).toBe(expected)
  })

  it.each<[string, string, Integrations, boolean]>([
    ['the HTTP client', handlers, { slack }, true],
    ['no HTTP client, where no channel needs it', handlers, {}, false],
  ])('loads, before there is anything to answer, %s', async (_, script, integrations, expected) => {
    expect(await loads('src/http/post.ts', script, integrations)).toBe(expected)
  })
})
