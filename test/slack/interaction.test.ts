import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readCommand } from '../../src/slack/interaction.ts'
import { escaped } from '../../src/slack/mrkdwn.ts'

function orderOf(text: string) {
  const form = new URLSearchParams({
    user_id: 'U0ANA',
    text,
    response_url: 'https://hooks.slack.com/commands/1',
    trigger_id: '13345224609.738474920.8088930838d88f008e0',
  })
  return readCommand(Buffer.from(form.toString()))?.order
}

describe('N44: what Slack makes of a text is undone before it is read', () => {
  it.each([
    ['p99 &gt; 2 s &amp; rising', 'p99 > 2 s & rising'],
    ['the page shows &amp;gt;', 'the page shows &gt;'],
    ['&lt;@U1&gt; is what it prints', '<@U1> is what it prints'],
    ['ask <@U012ABC|ana>, in <#C012ABC|shop-room>', 'ask @ana, in #shop-room'],
    ['<!subteam^S012|@oncall> and <!here> know, <@U9>, too', '@oncall and @here know, @U9, too'],
    ['<http://shop.example|shop.example> is down', 'shop.example is down'],
    ['<https://shop.example/a?b=1&amp;c=2> is down', 'https://shop.example/a?b=1&c=2 is down'],
    ['see <https://shop.example/status|our status>', 'see our status (https://shop.example/status)'],
    ['write to <mailto:ops@shop.example|ops@shop.example>', 'write to ops@shop.example'],
    ['a < b, > c, <> and <|>', 'a < b, > c, <> and <|>'],
  ])('declare %s', (text, title) => {
    expect(orderOf(`declare ${text}`)).toEqual({ kind: 'declare', title })
  })

  it('finds a schedule whose name needs escaping', () => {
    expect(orderOf('who R&amp;D')).toEqual({ kind: 'who', schedule: 'R&D' })
  })

  it('gives back any text that was escaped as Slack escapes it', () => {
    const words = fc
      .string({ unit: 'grapheme', minLength: 1 })
      .map((text) => `x${text.replaceAll(/\s/g, ' ')}x`)
    fc.assert(
      fc.property(words, (text) => {
        expect(orderOf(`declare ${escaped(text)}`)).toEqual({ kind: 'declare', title: text })
      }),
    )
  })
})

describe('N37: silences from Slack', () => {
  const add = (...matchers: string[]) => ({ kind: 'add', matchers, for: '2h', reason: 'a new app' })
  it.each([
    ['silence', { kind: 'list' }],
    ['silence list', { kind: 'list' }],
    ['silence expire 5f0c1d2e', { kind: 'expire', silence: '5f0c1d2e' }],
    ['silence likes 2h a new app', add('alertname="likes"')],
    ['silence likes os=ios 2h a new app', add('alertname="likes"', 'os=ios')],
    ['silence os=ios, service=feed 2h a new app', add('os=ios', 'service=feed')],
    ['silence {os = "ios", service=~“feed|shop”} 2h a new app', add('os="ios"', 'service=~"feed|shop"')],
    ['silence summary="down for 3h, again" 2h a new app', add('summary="down for 3h, again"')],
    ['silence preview os!=ios 2h', { kind: 'preview', matchers: ['os!=ios'], for: '2h', reason: '' }],
  ])('%s', (text, order) => {
    expect(orderOf(text)).toMatchObject({ kind: 'silence', order })
  })

  it.each(['silence likes', 'silence 2h', 'silence preview', 'silence likes today because'])(
    'asks for what is missing in %s',
    (text) => {
      expect(orderOf(text)).toMatchObject({
        kind: 'help',
        problem: 'Say what, for how long and why: /firewatch silence likes os=ios 2h a new app rolls out',
      })
    },
  )
})

describe('N37: maintenance from Slack', () => {
  it.each([
    ['maintenance', { kind: 'list' }],
    ['maintenance list', { kind: 'list' }],
    ['maintenance end 3', { kind: 'end', window: '3' }],
    [
      'maintenance shop 2h new disks &amp; cables',
      { kind: 'start', service: 'shop', for: '2h', reason: 'new disks & cables' },
    ],
    ['maintenance preview shop 2h', { kind: 'preview', service: 'shop', for: '2h', reason: '' }],
  ])('%s', (text, order) => {
    expect(orderOf(text)).toMatchObject({ kind: 'maintenance', order })
  })

  it('asks for what is missing', () => {
    expect(orderOf('maintenance shop')).toMatchObject({
      kind: 'help',
      problem: 'Say of what, for how long and why: /firewatch maintenance shop 2h new disks',
    })
  })
})
