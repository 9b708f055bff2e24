import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type FakeSmtp, startFakeSmtp } from '../../examples/fakes/smtp.ts'
import { validateConfiguration } from '../../src/config/load.ts'
import type { PageMessage } from '../../src/domain/page/page.ts'
import { createEmailChannel } from '../../src/email/channel.ts'
import { world } from '../config/world.ts'
import { followed, pageMessage } from '../support/pages.ts'

let smtp: FakeSmtp

async function send(change: Partial<PageMessage>, from = 'Firewatch <firewatch@example.org>') {
  const channel = createEmailChannel({
    timeoutMs: 2_000,
    now: () => new Date('2026-03-01T03:00:00Z'),
    resolveSecret: () => Promise.resolve(smtp.url),
    integration: { url: '${env:SMTP_URL}', from },
    chartOf: () => Promise.resolve(undefined),
    onMissingChart: () => undefined,
  })
  const contact = { channel: 'email', address: 'ana@example.org' } as const
  return channel.send(contact, pageMessage(change), new AbortController().signal)
}

beforeEach(async () => {
  smtp = await startFakeSmtp({ boxes: ['ana@example.org', 'evil@example.com'] })
})
afterEach(() => smtp.stop())

const breaks = ['\r\n', '\n', '\r', '\u2028', '\u0085', '\u000b', '\r\n ', '=0D=0A', '%0d%0a']

describe('S17: line breaks in a mail', () => {
  it.each(breaks)('S17: %j in any field makes one Subject line and no further recipient', async (line) => {
    const text = `x${line}Bcc: evil@example.com${line}${line}<script>`
    const change = {
      title: text,
      service: text,
      nowDoing: text,
      lines: [text],
      runbookTitle: text,
      person: text,
    }
    const keys = {
      idempotencyKey: text,
      conversationKey: text,
      follows: followed(`<a${line}Bcc: evil@example.com>`),
    }
    expect((await send({ ...change, ...keys, kind: 'acknowledged' })).kind).toBe('sent')
    const [mail] = smtp.mails
    const names = mail?.headers.map(([name]) => name) ?? []
    expect(names.filter((name) => name === 'subject')).toHaveLength(1)
    expect(names).not.toContain('bcc')
    expect(mail?.to).toEqual(['ana@example.org'])
    // oxlint-disable-next-line no-control-regex
    expect(mail?.subject).not.toMatch(/[\r\n\u2028\u0085\u000b]/)
  })

  it('S17: a sender with a line break never gets as far as a server', async () => {
    expect(await send({}, 'Team\r\nBcc: evil@example.com <f@example.org>')).toEqual({
      kind: 'final',
      error: 'integrations.email.from is not a sender',
    })
    expect(smtp.attempts()).toBe(0)
  })

  it.each([
    ['from', `"Team\\r\\nBcc: evil@example.com <f@example.org>"`],
    ['from', `"f@example.org\\r\\n"`],
    ['replyTo', `"Team\\n <f@example.org>"`],
  ])('S17: a configuration with one in %s is refused at its place', async (key, value) => {
    const fields = { from: 'f@example.org', [key]: value }
    const written = Object.entries(fields).map(([name, text]) => `${name}: ${text}`)
    const folder = await world({
      'firewatch.yaml': [
        'users: { ana: { contacts: [{ channel: email, address: ana@example.org }] } }',
        'integrations: { email: { url: "${env:SMTP_URL}", ' + `${written.join(', ')} } }`,
        'policies: { standard: { steps: [{ notify: [ana] }] } }',
        'routes: [{ policies: { default: standard } }]',
      ].join('\n'),
    })
    const { problems } = await validateConfiguration(`${folder}/firewatch.yaml`)
    expect(problems).toMatchObject([
      {
        path: `integrations.email.${key}`,
        line: 2,
        message: 'must be on one line, without control characters',
      },
    ])
  })

  it('S17: an address with one is refused too', async () => {
    const folder = await world({
      'firewatch.yaml': [
        'users: { ana: { contacts: [{ channel: email, address: "ana@example.org\\r\\nRCPT TO:<evil@example.com>" }] } }',
        'integrations: { email: { url: "${env:SMTP_URL}", from: f@example.org } }',
        'policies: { standard: { steps: [{ notify: [ana] }] } }',
        'routes: [{ policies: { default: standard } }]',
      ].join('\n'),
    })
    const { problems } = await validateConfiguration(`${folder}/firewatch.yaml`)
    expect(problems.map(({ path }) => path)).toEqual(['users.ana.contacts[0].address'])
  })
})

describe('S14: stored script in alert fields, in the HTML of a mail', () => {
  it('S14: is shown as text, and what no browser should follow is no link', async () => {
    const script = '<img src=x onerror=alert(1)>'
    const links = ['javascript:alert(1)', 'data:text/html,<script>alert(1)</script>'].map((url) => ({
      kind: 'other' as const,
      title: script,
      url,
    }))
    const quoted = {
      kind: 'other' as const,
      title: '" onmouseover="alert(1)',
      url: 'https://x.example/"><script>',
    }
    await send({
      title: script,
      service: script,
      lines: [script, '[x](javascript:alert(1))'],
      links: [...links, quoted],
    })
    const html = smtp.mails[0]?.html ?? ''
    expect(html).not.toMatch(/<img|<script|href="(?!https:\/\/)|" onmouseover/)
    expect(html).toContain('&lt;img src=x onerror=alert(1)&gt;')
    expect(html).not.toContain('href="javascript')
  })
})
