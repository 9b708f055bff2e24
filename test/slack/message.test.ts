import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkMessage } from '../../examples/fakes/slack-rules.ts'
import type { PageMessage } from '../../src/domain/page/page.ts'
import { blocksBudget } from '../../src/slack/limits.ts'
import { messageOf } from '../../src/slack/message.ts'
import { pageMessage } from '../support/pages.ts'

const shown = (change: Partial<PageMessage> = {}) => checkMessage({ ...messageOf(pageMessage(change)) })

describe('a page in Slack', () => {
  it('says what fires, what is being done and where to look', () => {
    expect(shown().shown).toBe(
      [
        'P1 INC-42: checkout: error-rate',
        '*checkout, since 04:00 CET (12 s ago)*',
        '• Error rate of ios is 12 %, usually 1 %',
        '*Now:* Restarting checkout-2',
        '*Next:* pages ben (Slack) at 04:05 CET, in 5 min, unless acknowledged',
        'Open INC-42 (https://firewatch.example.com/incidents/INC-42) · Chart (https://firewatch.example.com/charts/c0ffee.png)',
        '[Acknowledge] [Escalate] [Resolve]',
      ].join('\n'),
    )
  })

  it('carries the incident and where the escalation stood in each button', () => {
    const { buttons } = shown({ position: { round: 1, step: 3 } })
    expect(buttons.map(({ value }) => value)).toEqual(['INC-42/r1/s3', 'INC-42/r1/s3', 'INC-42/r1/s3'])
  })

  it('offers only what can still be done', () => {
    const textsOf = (change: Partial<PageMessage>) => shown(change).buttons.map(({ text }) => text)
    expect(textsOf({ position: { round: 0, step: 0 } })).toEqual(['Acknowledge', 'Resolve'])
    expect(textsOf({ kind: 'acknowledged' })).toEqual(['Resolve'])
    expect(textsOf({ kind: 'resolved' })).toEqual([])
  })

  it('says when it may be a repeat', () => {
    expect(shown({ possibleRepeat: true }).shown).toMatch(/^Possible repeat/)
  })

  it('calls nobody, links nowhere and looks like nothing else, whatever an alert says', () => {
    const hostile = '<!channel> <@U1> <https://evil.example|INC-42> &lt;b&gt; *x* \u202egnp'
    const message = shown({ title: hostile, lines: [hostile], nowDoing: hostile, responsible: [hostile] })
    expect(message.shown).toContain('• <!channel> <@U1> <https://evil.example|INC-42> &lt;b&gt; *x* gnp')
    expect(message.shown).not.toContain('\u202e')
  })

  it.each(['javascript:alert(1)', 'data:text/html,x', `https://x.example/${'a'.repeat(1_100)}`])(
    'leaves a link out that nobody should follow: %s',
    (url) => {
      expect(shown({ links: [{ kind: 'dashboard', title: 'Dashboard', url }] }).shown).not.toContain(
        'Dashboard',
      )
    },
  )

  it('keeps to every limit whatever is put into it', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 700 }),
      fc.constantFrom('&'.repeat(600), '<'.repeat(600), '"'.repeat(600), '😀'.repeat(300), '\\'.repeat(600)),
    )
    const messages = fc.record({
      title: text,
      service: text,
      nowDoing: text,
      next: text,
      since: text,
      lines: fc.array(text, { maxLength: 11 }),
      responsible: fc.array(text, { maxLength: 10 }),
      links: fc.array(
        fc.record({
          kind: fc.constant('other' as const),
          title: text,
          url: fc.webUrl({ withQueryParameters: true }),
        }),
        {
          maxLength: 4,
        },
      ),
      kind: fc.constantFrom('page', 'acknowledged', 'resolved'),
      possibleRepeat: fc.boolean(),
    })
    fc.assert(
      fc.property(messages, (change) => {
        const message = pageMessage(change as Partial<PageMessage>)
        const { blocks } = messageOf(message)
        expect(JSON.stringify(blocks ?? []).length).toBeLessThanOrEqual(blocksBudget)
        checkMessage({ ...messageOf(message) })
        checkMessage({ text: messageOf(message).text })
      }),
    )
  })
})
