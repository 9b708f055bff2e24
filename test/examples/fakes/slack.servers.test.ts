import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type FakeSlack, startFakeSlack } from '../../../examples/fakes/slack.ts'

let now: Date
let slack: FakeSlack

const good = { channel: 'C0123456789', text: 'hello', unfurl_links: false, unfurl_media: false }

async function call(fields: object, method = 'chat.postMessage', token = slack.token) {
  const response = await fetch(`${slack.url}/api/${method}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json; charset=utf-8' },
    body: JSON.stringify(fields),
  })
  return { status: response.status, after: response.headers.get('retry-after'), body: await response.json() }
}

beforeEach(async () => {
  now = new Date('2026-03-01T03:00:00Z')
  slack = await startFakeSlack({ now: () => now })
})
afterEach(() => slack.stop())

const text = (length: number) => 'x'.repeat(length)
const section = (written: string) => ({ type: 'section', text: { type: 'mrkdwn', text: written } })
const button = (change: object) => ({
  type: 'actions',
  elements: [
    { type: 'button', action_id: 'a', value: 'v', text: { type: 'plain_text', text: 't' }, ...change },
  ],
})

describe('the fake Slack', () => {
  it.each([
    ['no text', { text: '' }, 'no_text'],
    ['another channel', { channel: 'C9' }, 'channel_not_found'],
    ['51 blocks', { blocks: Array.from({ length: 51 }, () => section('x')) }, 'invalid_blocks'],
    ['a section of 3,001', { blocks: [section(text(3_001))] }, 'invalid_blocks'],
    [
      'a header of 151',
      { blocks: [{ type: 'header', text: { type: 'plain_text', text: text(151) } }] },
      'invalid_blocks',
    ],
    [
      'a button of 76',
      { blocks: [button({ text: { type: 'plain_text', text: text(76) } })] },
      'invalid_blocks',
    ],
    ['a value of 2,001', { blocks: [button({ value: text(2_001) })] }, 'invalid_blocks'],
    ['an action_id of 256', { blocks: [button({ action_id: text(256) })] }, 'invalid_blocks'],
    [
      'blocks of 13,201',
      { blocks: Array.from({ length: 5 }, () => section(text(2_700))) },
      'msg_blocks_too_long',
    ],
    ['an unescaped <', { blocks: [section('<!channel>')] }, 'invalid_blocks'],
    ['an unescaped &', { text: 'a & b' }, 'invalid_blocks'],
    ['a spelling mistake', { chanel: 'x' }, 'invalid_arguments'],
  ])('refuses %s', async (_, change, error) => {
    expect(await call({ ...good, ...change })).toMatchObject({ status: 200, body: { ok: false, error } })
    expect(slack.messages).toEqual([])
  })

  it('knows its token and its methods', async () => {
    expect((await call(good, 'chat.postMessage', 'xoxb-other')).body).toEqual({
      ok: false,
      error: 'invalid_auth',
    })
    expect((await call(good, 'chat.delete')).body).toEqual({ ok: false, error: 'unknown_method' })
    expect((await call({ channel: 'C0123456789', ts: '1.2', text: 'x' }, 'chat.update')).body).toMatchObject({
      error: 'message_not_found',
    })
  })

  it('takes one message a second and channel', async () => {
    expect((await call(good)).body).toMatchObject({ ok: true })
    expect(await call(good)).toMatchObject({ status: 429, after: '1', body: { error: 'ratelimited' } })
    now = new Date(now.getTime() + 1_000)
    expect((await call(good)).body).toMatchObject({ ok: true })
  })

  it('takes five responses within half an hour, and none after', async () => {
    const { payload } = slack.command('U0123456789', 'help')
    const address = new URLSearchParams(payload).get('response_url') ?? ''
    const respond = async (to: string) => (await fetch(to, { method: 'POST', body: '{"text":"x"}' })).status
    const statuses = []
    for (let use = 1; use <= 6; use++) statuses.push(await respond(address))
    expect(statuses).toEqual([200, 200, 200, 200, 200, 404])
    const late = new URLSearchParams(slack.command('U0123456789', 'help').payload).get('response_url') ?? ''
    now = new Date(now.getTime() + 30 * 60_000)
    expect(await respond(late)).toBe(404)
  })
})
