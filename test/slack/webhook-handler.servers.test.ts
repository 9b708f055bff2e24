import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type FakeSlack, startFakeSlack } from '../../examples/fakes/slack.ts'
import type { ChannelAnswers, AnswerResult } from '../../src/domain/page/channel-answers.ts'
import { createPost } from '../../src/http/post.ts'
import { createSlackWebhookHandler } from '../../src/slack/webhook-handler.ts'
import { responseLimits } from '../../src/slack/limits.ts'

const { post, close } = createPost()
let slack: FakeSlack
let told: Promise<AnswerResult>
let logged: unknown[]
let handler: ReturnType<typeof createSlackWebhookHandler>

const answers: ChannelAnswers = {
  give: () => told,
  declare: () => told,
  maintenance: () => told,
  silence: () => told,
  who: () => told,
  login: () => told,
  acknowledgeAs: () => told,
}

async function press() {
  const { headers, payload } = slack.press('U0123456789', {
    actionId: 'firewatch_acknowledge',
    value: 'INC-1/r0/s1',
  })
  const receipt = await handler.interactions({
    timestamp: headers['x-slack-request-timestamp'],
    signature: headers['x-slack-signature'],
    body: Buffer.from(payload),
  })
  await handler.idle()
  return receipt
}

beforeEach(async () => {
  slack = await startFakeSlack()
  told = Promise.resolve({ kind: 'done', message: 'taken' })
  logged = []
  handler = createSlackWebhookHandler({
    integration: { signingSecret: '${env:SECRET}', responseHosts: [new URL(slack.url).host] },
    resolveSecret: () => Promise.resolve(slack.signingSecret),
    answers,
    post,
    timeoutMs: 2_000,
    workMs: 50,
    pauseMs: 1,
    now: () => new Date(),
    log: (_, reason) => void logged.push(reason),
  })
})
afterEach(() => slack.stop())
afterAll(close)

describe('the result of a pressed button', () => {
  it('is told in private', async () => {
    expect(await press()).toEqual({ status: 200 })
    expect(slack.responses).toEqual([{ text: 'taken', responseType: 'ephemeral' }])
  })

  it('that does not come in time is told as not known', async () => {
    told = new Promise(() => undefined)
    expect(await press()).toEqual({ status: 200 })
    expect(slack.responses).toMatchObject([{ text: expect.stringContaining('It took too long') as string }])
  })

  it('that Slack does not take is given up within the uses of its address, and logged', async () => {
    slack.next({ kind: 'answer', status: 500 }, 10)
    await press()
    expect(slack.received.length).toBeGreaterThan(1)
    expect(slack.received.length).toBeLessThanOrEqual(responseLimits.uses)
    expect([slack.responses, logged]).toEqual([[], ['answered 500']])
  })

  it('that may have been taken is not told twice', async () => {
    slack.next({ kind: 'reset', when: 'after' })
    await press()
    expect(slack.responses).toHaveLength(1)
    expect(logged).toEqual(['connection lost (ECONNRESET)'])
  })

  it('whose address is no longer good is given up', async () => {
    slack.next({ kind: 'answer', status: 404 }, 10)
    await press()
    expect(slack.received).toHaveLength(1)
    expect(logged).toEqual(['answered 404'])
  })

  it('that failed in an unforeseen way is logged', async () => {
    told = Promise.reject(new Error('broken'))
    await press()
    expect(logged).toMatchObject([{ message: 'broken' }])
  })
})
