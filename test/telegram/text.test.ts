import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { limits, parseHtml, readText } from '../../examples/fakes/telegram-rules.ts'
import type { PageMessage } from '../../src/domain/page/page.ts'
import { composePageMessage } from '../../src/domain/page/message.ts'
import { type TextForm, telegramText } from '../../src/telegram/text.ts'
import { alert, incident, page, pageMessage } from '../support/pages.ts'

const seen = (change: Partial<PageMessage> = {}) =>
  parseHtml(telegramText(pageMessage(change), 'html').text).text.split('\n')

describe('a page on Telegram', () => {
  it('says what, how much, against what, where, what is done about it, whom to ask and where to look', () => {
    const { text } = telegramText(
      pageMessage({
        title: 'feed: feed-activity',
        service: 'feed',
        lines: [
          'Likes on iOS: 3, against 120 a day ago (−97 %) and 131 a week ago (−98 %)',
          'Views <total>: 10 & falling',
        ],
        responsible: ['ana', 'ben'],
        links: [
          { kind: 'dashboard', title: 'Dashboard', url: 'https://boards.example.com/feed?from="now"&to=<1>' },
        ],
      }),
      'html',
    )
    expect(text).toBe(
      [
        '<b>P1 INC-42: feed: feed-activity</b>',
        'feed, since 04:00 CET (12 s ago)',
        '',
        '• Likes on iOS: 3, against 120 a day ago (−97 %) and 131 a week ago (−98 %)',
        '• Views &lt;total&gt;: 10 &amp; falling',
        '',
        'Now: Restarting checkout-2',
        'Next: pages ben (Slack) at 04:05 CET, in 5 min, unless acknowledged',
        'Responsible: ana, ben',
        '',
        '<a href="https://firewatch.example.com/incidents/INC-42">Open INC-42</a> · ' +
          '<a href="https://firewatch.example.com/charts/c0ffee.png">Chart</a> · ' +
          '<a href="https://boards.example.com/feed?from=%22now%22&amp;to=%3C1%3E">Dashboard</a>',
      ].join('\n'),
    )
  })

  it('is followed by short news', () => {
    expect(seen({ kind: 'acknowledged', nowDoing: 'ben acknowledged. Restarting checkout-2' })).toEqual([
      'P1 INC-42 acknowledged: checkout: error-rate',
      'checkout, since 04:00 CET (12 s ago)',
      '',
      'Now: ben acknowledged. Restarting checkout-2',
      'Next: pages ben (Slack) at 04:05 CET, in 5 min, unless acknowledged',
      '',
      'Open INC-42',
    ])
    expect(seen({ kind: 'resolved' })[0]).toBe('P1 INC-42 resolved: checkout: error-rate')
  })

  it('says first that it may be a repeat', () => {
    expect(seen({ possibleRepeat: true })[0]).toBe(
      'Possible repeat: an earlier try of this message may have reached you.',
    )
  })

  it('leaves out what there is nothing of', () => {
    const { runbookTitle: _, ...bare } = pageMessage({ lines: [], nowDoing: '', next: '', responsible: [] })
    expect(parseHtml(telegramText(bare, 'html').text).text.split('\n')).toEqual([
      'P1 INC-42: checkout: error-rate',
      'checkout, since 04:00 CET (12 s ago)',
      '',
      'Open INC-42 · Chart',
    ])
  })

  it('writes an address out that Telegram would show no link for', () => {
    expect(seen({ incidentUrl: 'http://firewatch:8080/incidents/INC-42' }).slice(-2)).toEqual([
      'Chart',
      'Open INC-42: http://firewatch:8080/incidents/INC-42',
    ])
  })

  it('in plain text has no markup and every address', () => {
    const { text } = telegramText(pageMessage({ lines: ['a < b & c'] }), 'plain')
    expect(text.split('\n')).toEqual([
      'P1 INC-42: checkout: error-rate',
      'checkout, since 04:00 CET (12 s ago)',
      '',
      '• a < b & c',
      '',
      'Now: Restarting checkout-2',
      'Next: pages ben (Slack) at 04:05 CET, in 5 min, unless acknowledged',
      '',
      'Open INC-42: https://firewatch.example.com/incidents/INC-42',
      'Chart: https://firewatch.example.com/charts/c0ffee.png',
    ])
  })

  it('S16: links only to what a browser opens', () => {
    const links = [
      'javascript:alert(1)',
      'tg://user?id=1',
      'not an address',
      `https://example.com/${'x'.repeat(1_100)}`,
    ]
    const text = telegramText(
      pageMessage({ links: links.map((url) => ({ kind: 'other', title: 'evil', url })) }),
      'html',
    ).text
    expect(text).not.toContain('evil')
  })

  it('a text cannot turn the direction of writing round', () => {
    expect(seen({ title: 'safe\u202egnp.exe', lines: ['a\u2066b\u0000c'] })).toEqual(
      expect.arrayContaining(['P1 INC-42: safegnp.exe', '• ab c']),
    )
  })
})

describe('the length of a page on Telegram', () => {
  it('is counted as Telegram counts it', () => {
    const { text, length } = telegramText(
      pageMessage({ lines: ['<&>"'.repeat(50), '🔥'.repeat(20)] }),
      'html',
    )
    expect(length).toBe(parseHtml(text).text.length)
    expect(text.length).toBeGreaterThan(length)
  })

  it.each(['html', 'plain'] as const)('never passes the limit as %s: lines give way, links stay', (form) => {
    const lines = Array.from({ length: 40 }, (_, n) => `${n} ${'<'.repeat(297)}`)
    const { text, length } = telegramText(pageMessage({ lines }), form)
    expect(length).toBeLessThanOrEqual(limits.text)
    expect(length).toBeGreaterThan(limits.text - 400)
    const shown = (form === 'html' ? parseHtml(text).text : text).split('\n')
    expect(shown).toContain('… more: see the incident')
    expect(shown.at(-1)).toMatch(/INC-42 · Chart$|^Chart: /)
  })

  it.each(['html', 'plain'] as const)('holds for one line that is longer than everything, as %s', (form) => {
    const { text, length } = telegramText(pageMessage({ lines: ['&🔥'.repeat(4_000)] }), form)
    expect(length).toBeLessThanOrEqual(limits.text)
    expect(text).toMatch(/&(amp;)?🔥&?(amp;)?…\n/)
  })

  it('leaves room for what fires beside the longest of everything else', () => {
    const long = '🔥<'.repeat(3_000)
    const url = `https://example.com/${'x'.repeat(280)}`
    const everything = pageMessage({
      title: long,
      service: long,
      nowDoing: long,
      next: long,
      since: long,
      responsible: [long],
      possibleRepeat: true,
      lines: ['what fires'],
      links: Array.from({ length: 9 }, () => ({ kind: 'other', title: long, url })),
    })
    expect(telegramText(everything, 'plain').text).toContain('\n• what fires\n')
    expect(telegramText(everything, 'plain').length).toBeLessThanOrEqual(limits.text)
  })
})

const hostile = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 2_000 }),
  fc.string({
    unit: fc.constantFrom(
      '<',
      '>',
      '&',
      '"',
      '/',
      'b',
      '&amp;',
      '</b>',
      '<a href="',
      '🔥',
      '\ud83d',
      '\u202e',
      '\n',
    ),
    maxLength: 600,
  }),
  fc.webUrl(),
)

describe('F09: whatever alerts say', () => {
  const forms: TextForm[] = ['html', 'plain']

  it.each(forms)('a page is a message that Telegram takes, as %s', (form) => {
    fc.assert(
      fc.property(hostile, fc.array(hostile, { maxLength: 14 }), fc.boolean(), (text, summaries, again) => {
        const composed = composePageMessage({
          page: page({ unknownTries: again ? 1 : 0 }),
          incident: incident({ title: text, service: text, nowDoing: text }),
          others: [],
          alerts: summaries.map((summary) => alert(summary)),
          firingCount: summaries.length,
          machine: null,
          runbook: { name: text, title: text },
          clock: { timeZone: 'Europe/Berlin', now: Date.parse('2026-03-01T03:12:00.000Z') },
          channelsOf: () => [],
          configuration: { services: {}, metrics: {}, slices: {} },
          follows: [],
          publicUrl: 'https://firewatch.example.com',
        })
        const message = {
          ...composed,
          responsible: [text],
          links: [{ kind: 'other' as const, title: text, url: text }],
        }
        const sent = telegramText(message, form)
        const read = readText(sent.text, form === 'html' ? 'HTML' : undefined, limits.text)
        expect(read.text.length).toBe(sent.length)
        expect(read.text).toContain('P1 INC-42:')
        expect(read.text).toContain('Open INC-42')
      }),
    )
  })

  it('nothing is lost of what fits, and nothing becomes markup', () => {
    const words = fc.string({
      unit: fc.constantFrom('<', '>', '&', '"', "'", ';', '#', 'b', '/', 'é', '🔥'),
      minLength: 1,
      maxLength: 200,
    })
    fc.assert(
      fc.property(words, (line) => {
        const { text, entities } = readText(
          telegramText(pageMessage({ lines: [line] }), 'html').text,
          'HTML',
          limits.text,
        )
        expect(text).toContain(`\n• ${line}\n`)
        expect(entities.map(({ type }) => type)).toEqual(['bold', 'text_link', 'text_link'])
      }),
    )
  })
})
