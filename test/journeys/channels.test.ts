import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type FakeSlack, startFakeSlack } from '../../examples/fakes/slack.ts'
import type { SlackRequest } from '../../examples/fakes/slack-people.ts'
import { type FakeSmtp, startFakeSmtp } from '../../examples/fakes/smtp.ts'
import { removeData, startUp, type UpFirewatch } from '../support/firewatch.ts'
import { openLink } from './open-link.ts'
import { shopAlerts } from './two-people.ts'

const soon = { timeout: 60_000, interval: 100 }

const configuration = (responseHost: string) => `
services:
  shop: { owner: ana }
users:
  ana: { contacts: [{ channel: slack, to: U0123456789 }] }
  ben: { contacts: [{ channel: email, address: ben@example.org }] }
integrations:
  slack:
    token: '\${env:SLACK_TOKEN}'
    signingSecret: '\${env:SLACK_SECRET}'
    apiUrl: '\${env:SLACK_API}'
    responseHosts: ['${responseHost}']
  email: { url: '\${env:SMTP_URL}', from: 'Firewatch <firewatch@example.org>' }
policies:
  wake: { steps: [{ notify: [ana, ben], ackTimeout: 10m }] }
routes:
  - policies: { default: wake }
    stableFor: 1s
`

describe('people on Slack and by mail', () => {
  let slack: FakeSlack
  let smtp: FakeSmtp
  let up: UpFirewatch

  const bring = async (path: string, { headers, payload }: SlackRequest) =>
    fetch(new URL(path, (await up.run()).url), { method: 'POST', headers, body: payload })
  const buttonOf = (index: number, text: string) => {
    const button = slack.messages[index]?.buttons.find((one) => one.text === text)
    if (button === undefined) throw new Error(`message ${index} has no button ${text}`)
    return button
  }

  beforeAll(async () => {
    slack = await startFakeSlack()
    smtp = await startFakeSmtp({ boxes: ['ben@example.org'] })
    up = await startUp(configuration(new URL(slack.url).host), {
      SLACK_TOKEN: slack.token,
      SLACK_SECRET: slack.signingSecret,
      SLACK_API: `${slack.url}/api`,
      SMTP_URL: smtp.url,
    })
  })
  afterAll(async () => {
    await up.stop()
    await Promise.all([slack.stop(), smtp.stop()])
    await removeData(up.dataDir)
  })

  it('are paged, answer where they were paged, and see what others did', async () => {
    await up.api('POST', '/api/v1/alerts', shopAlerts(['CheckoutDown']))
    await vi.waitFor(() => expect([slack.messages.length, smtp.mails.length]).toEqual([1, 1]), soon)

    const link = /^Acknowledge INC-1: (\S+)$/m.exec(smtp.mails[0]?.text ?? '')?.[1] ?? ''
    const opened = await openLink(link)
    expect(await opened.read()).toContain('You are ben here')
    expect(slack.messages[0]?.buttons).toHaveLength(3)
    expect(await opened.command('acknowledge')).toBe(303)
    await vi.waitFor(() => expect(slack.messages[0]?.shown).toContain('ben acknowledged'), soon)

    const resolve = async () =>
      (await bring('/slack/interactions', slack.press('U0123456789', buttonOf(0, 'Resolve')))).status
    // It still fires: whoever means it all the same says so once more.
    expect(await resolve()).toBe(200)
    await vi.waitFor(() => expect(slack.responses.at(-1)?.text).toContain('press Resolve again'), soon)
    expect(await resolve()).toBe(200)
    await vi.waitFor(() => expect(slack.messages[0]?.shown).toContain('Resolved by ana'), soon)
    expect(slack.messages).toMatchObject([{ buttons: [] }])
    await vi.waitFor(() => expect(smtp.mails.at(-1)?.text).toContain('Resolved by ana'), soon)
    expect(slack.responses).toMatchObject([{ responseType: 'ephemeral' }, { responseType: 'ephemeral' }])
  })

  it('declare an incident from Slack, and are paged for it', async () => {
    const command = slack.command('U0123456789', 'declare shop: nobody can pay')
    expect((await bring('/slack/commands', command)).status).toBe(200)
    await vi.waitFor(() => expect(slack.messages).toHaveLength(2), soon)
    expect(slack.messages[1]?.shown).toContain('nobody can pay')
    await bring('/slack/interactions', slack.press('U0123456789', buttonOf(1, 'Acknowledge')))
    await vi.waitFor(() => expect(slack.messages[1]?.shown).toContain('ana acknowledged'), soon)
  })

  it('are the only ones who are heard', async () => {
    const { headers, payload } = slack.signed('payload=%7B%7D', new Date(), 'guess')
    expect((await bring('/slack/interactions', { headers, payload })).status).toBe(401)
  })
})
