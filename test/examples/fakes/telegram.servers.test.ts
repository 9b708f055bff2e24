import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type FakeTelegram, startFakeTelegram } from '../../../examples/fakes/telegram.ts'
import { smallPng } from '../../support/pages.ts'

describe('the fake Telegram', () => {
  let strict: FakeTelegram
  beforeAll(async () => {
    strict = await startFakeTelegram({ blockedBy: ['13'] })
  })
  afterAll(() => strict.stop())

  async function call(method: string, body: unknown, token = strict.token): Promise<[number, string]> {
    const init =
      body instanceof FormData
        ? { body }
        : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
    const response = await fetch(`${strict.url}/bot${token}/${method}`, { method: 'POST', ...init })
    const { description = '' } = (await response.json()) as { description?: string }
    return [response.status, description]
  }

  function photo(change: Readonly<Record<string, string>> = {}, bytes: Uint8Array = smallPng): FormData {
    const form = new FormData()
    for (const [name, value] of Object.entries({ chat_id: '42', ...change })) form.set(name, value)
    form.set('photo', new Blob([Uint8Array.from(bytes)]), 'chart.png')
    return form
  }

  const html = (text: string) => ({ chat_id: 42, text, parse_mode: 'HTML' })

  it('takes what is as documented', async () => {
    expect(
      await call('sendMessage', html('<b>a &lt; b</b> <a href="https://example.com/?a=1&amp;b=2">c</a>')),
    ).toEqual([200, ''])
    expect(strict.messages.at(-1)).toMatchObject({
      text: 'a < b c',
      entities: [
        { type: 'bold', text: 'a < b' },
        { type: 'text_link', text: 'c', url: 'https://example.com/?a=1&b=2' },
      ],
    })
    expect(await call('sendMessage', html(`<b>${'&lt;'.repeat(4096)}</b>`))).toEqual([200, ''])
    expect(await call('sendPhoto', photo({ caption: 'x'.repeat(1024) }))).toEqual([200, ''])
    const reply = JSON.stringify({ message_id: 99, allow_sending_without_reply: true })
    expect(await call('sendPhoto', photo({ reply_parameters: reply }))).toEqual([200, ''])
  })

  const bad: [string, unknown, string][] = [
    ['no text', { chat_id: 42 }, 'message text is empty'],
    ['blank text', html('<b> </b>'), 'message text is empty'],
    ['a long text', html('x'.repeat(4097)), 'message is too long'],
    ['half a character', html('\ud83d'), 'UTF-8'],
    ['a control character', html('a\u0007'), 'would be changed'],
    ['an open tag', html('<b>x'), `can't parse entities: Can't find end tag corresponding to start tag "b"`],
    ['a stray end tag', html('x</b>'), `can't parse entities: Unmatched end tag "b"`],
    ['crossed tags', html('<b><i>x</b></i>'), `can't parse entities: Unmatched end tag "b"`],
    ['an unknown tag', html('<script>x</script>'), `can't parse entities: Unsupported start tag "script"`],
    ['a cut tag', html('x<b'), `can't parse entities: Unexpected "<"`],
    ['a lone ampersand', html('a & b'), `can't parse entities: Unexpected "&"`],
    ['an unknown entity', html('&nbsp;'), `can't parse entities: Unsupported entity`],
    ['an attribute', html('<b href="https://example.com">x</b>'), 'Attributes of "b"'],
    ['a link to nowhere', html('<a href="http://firewatch/">x</a>'), 'Wrong HTTP URL'],
    ['a link to a script', html('<a href="javascript:alert(1)">x</a>'), 'Wrong HTTP URL'],
    ['an unknown parameter', { ...html('x'), disable_preview: true }, 'unknown parameters disable_preview'],
    ['an unknown chat', { ...html('x'), chat_id: 7 }, 'chat not found'],
    [
      'an answer to nothing',
      { ...html('x'), reply_parameters: { message_id: 99 } },
      'message to be replied not found',
    ],
  ]

  it.each(bad)('refuses %s', async (_, body, description) => {
    expect(await call('sendMessage', body)).toEqual([400, expect.stringContaining(description)])
  })

  it('refuses photos that are none, too large, or with too long a caption', async () => {
    expect(await call('sendPhoto', { chat_id: 42 })).toEqual([400, expect.stringContaining('no photo')])
    expect(await call('sendPhoto', photo({}, smallPng.subarray(0, -5)))).toEqual([
      400,
      expect.stringContaining('IMAGE'),
    ])
    expect(await call('sendPhoto', photo({}, new Uint8Array(10 * 1024 * 1024 + 1)))).toEqual([
      413,
      expect.any(String),
    ])
    expect(await call('sendPhoto', photo({ caption: 'x'.repeat(1025) }))).toEqual([
      400,
      expect.stringContaining('caption is too long'),
    ])
  })

  it('tells tokens, people and methods apart', async () => {
    expect(await call('sendMessage', html('x'), '1:x')).toEqual([401, 'Unauthorized'])
    expect(await call('sendMessage', html('x'), 'x')).toEqual([404, 'Not Found'])
    expect(await call('sendMessages', html('x'))).toEqual([404, expect.stringContaining('method not found')])
    expect(await call('sendMessage', { ...html('x'), chat_id: 13 })).toEqual([
      403,
      expect.stringContaining('blocked'),
    ])
  })
})
