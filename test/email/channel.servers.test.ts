import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { headerOf } from '../../examples/fakes/mail-parts.ts'
import { type FakeSmtp, type SmtpFailure, startFakeSmtp } from '../../examples/fakes/smtp.ts'
import type { PageMessage, SendOutcome } from '../../src/domain/page/page.ts'
import { createEmailChannel } from '../../src/email/channel.ts'
import { handOver, smtpServerOf } from '../../src/email/smtp.ts'
import { followed, pageMessage, smallPng } from '../support/pages.ts'
import { freePort } from '../support/servers.ts'

let smtp: FakeSmtp
let url: string
let chart: (incident: string) => Promise<Uint8Array | undefined>
let missed: string[]

function send(
  change: Partial<PageMessage> = {},
  address = 'ana@example.org',
  signal?: AbortSignal,
): Promise<SendOutcome> {
  const channel = createEmailChannel({
    timeoutMs: 500,
    now: () => new Date('2026-03-01T03:00:00Z'),
    resolveSecret: (reference) => Promise.resolve(reference === '${env:SMTP_URL}' ? url : reference),
    chartOf: (incident) => chart(incident),
    chartWaitMs: 100,
    onMissingChart: (incident, reason) => void missed.push(`${incident}: ${reason}`),
    integration: {
      url: '${env:SMTP_URL}',
      from: 'Firewatch Ünit <firewatch@example.org>',
      replyTo: 'ops@example.org',
    },
  })
  return channel.send(
    { channel: 'email', address },
    pageMessage(change),
    signal ?? new AbortController().signal,
  )
}

beforeEach(async () => {
  smtp = await startFakeSmtp()
  url = smtp.url
  chart = () => Promise.resolve(undefined)
  missed = []
})
afterEach(() => smtp.stop())

describe('a page by mail', () => {
  it('is text and HTML to one person, on one subject line', async () => {
    expect(await send()).toMatchObject({
      kind: 'sent',
      providerId: expect.stringMatching(/^<\w{32}@example\.org>$/) as string,
    })
    const [mail] = smtp.mails
    expect(mail).toMatchObject({
      from: 'firewatch@example.org',
      to: ['ana@example.org'],
      subject: 'P1 INC-42: checkout: error-rate',
    })
    expect(mail?.text).toBe(
      [
        'P1 INC-42: checkout: error-rate',
        '',
        '- Error rate of ios is 12 %, usually 1 %',
        '',
        'Service: checkout',
        'Since: 04:00 CET (12 s ago)',
        'Now: Restarting checkout-2',
        'Next: pages ben (Slack) at 04:05 CET, in 5 min, unless acknowledged',
        '',
        'Open INC-42: https://firewatch.example.com/incidents/INC-42',
        'Chart: https://firewatch.example.com/charts/c0ffee.png',
        '',
      ].join('\r\n'),
    )
    expect(mail?.html).toContain('<li>Error rate of ios is 12 %, usually 1 %</li>')
    expect(headerOf(mail?.headers ?? [], 'auto-submitted')).toBe('auto-generated')
    expect(headerOf(mail?.headers ?? [], 'reply-to')).toBe('ops@example.org')
  })

  it('has the acknowledge link only while there is something to acknowledge', async () => {
    const answerUrl = 'https://firewatch.example.com/answers/token'
    await send({ answerUrl })
    await send({ answerUrl, kind: 'acknowledged' })
    expect(smtp.mails.map(({ text }) => text.includes(`Acknowledge INC-42: ${answerUrl}`))).toEqual([
      true,
      false,
    ])
    expect(smtp.mails.map(({ html }) => html.includes(answerUrl))).toEqual([true, false])
  })

  it('has one Message-ID in every try, and one thread with all that follows', async () => {
    const first = await send()
    await send({ possibleRepeat: true })
    const follows = first.kind === 'sent' ? (first.providerId ?? '') : ''
    await send({ kind: 'resolved', idempotencyKey: 'another', follows: followed(follows) })
    const [page, repeat, resolved] = smtp.mails.map(({ headers }) => headers)
    const ids = (name: string) => [page, repeat, resolved].map((headers) => headerOf(headers ?? [], name))
    const [id, again, other] = ids('message-id')
    expect([id, id === again, id === other]).toEqual([follows, true, false])
    const [thread] = ids('references')
    expect(ids('references')).toEqual([thread, thread, `${thread} ${follows}`])
    expect(ids('in-reply-to')).toEqual([thread, thread, follows])
    expect(smtp.mails.map(({ subject }) => subject)).toEqual([
      'P1 INC-42: checkout: error-rate',
      'P1 INC-42: checkout: error-rate',
      'Re: P1 INC-42: checkout: error-rate',
    ])
    expect(smtp.mails[1]?.text).toMatch(/^Possible repeat/)
  })

  it('shows its chart, which travels along, except in a possible repeat', async () => {
    chart = () => Promise.resolve(smallPng)
    await send()
    await send({ possibleRepeat: true })
    const [page, repeat] = smtp.mails
    expect(page?.html).toContain('<img src="cid:chart@firewatch" alt="Chart of INC-42"')
    expect(page?.raw).toContain('Content-ID: <chart@firewatch>')
    expect(page?.raw).toContain(Buffer.from(smallPng).toString('base64').slice(0, 70))
    expect(repeat?.html).not.toContain('<img')
    expect(missed).toEqual([])
  })

  it.each([
    ['fails', () => Promise.reject(new Error('no font')), 'INC-42: no font'],
    ['is late', () => new Promise<never>(() => undefined), 'INC-42: it was not there within 100 ms'],
    [
      'is empty',
      () => Promise.resolve(new Uint8Array()),
      'INC-42: it has 0 bytes, and a mail takes 1 to 2097152',
    ],
  ])('arrives without a chart that %s', async (_, chartOf, reason) => {
    chart = chartOf
    expect((await send()).kind).toBe('sent')
    expect([missed, smtp.mails[0]?.html.includes('<img')]).toEqual([[reason], false])
  })

  it('carries any character', async () => {
    const title = `Fehler über 90 % 😀 ${'x'.repeat(300)}`
    await send({ title, lines: [`${'ü'.repeat(290)} .`, '.', '..dots'] })
    expect(smtp.mails[0]?.subject).toMatch(/^P1 INC-42: Fehler über 90 % 😀 x+…$/)
    expect(smtp.mails[0]?.text).toContain('ü'.repeat(290))
    expect(smtp.mails[0]?.text).toContain('- ..dots')
  })

  it('logs in where that is demanded, and says so when it is refused', async () => {
    const closed = await startFakeSmtp({ login: { user: 'fire watch', pass: 's3cr3t/@:' } })
    onTestFinished(() => closed.stop())
    url = closed.url
    expect((await send()).kind).toBe('sent')
    url = closed.url.replace('s3cr3t', 'hunter2')
    const outcome = await send()
    expect(outcome).toMatchObject({ kind: 'final', error: expect.stringMatching(/^answered 535/) as string })
    expect(JSON.stringify(outcome)).not.toMatch(/hunter2|s3cr3t|127\.0\.0\.1/)
  })
})

const retry = (error: string) => ({ kind: 'retry', error })
const unknown = (error: string) => ({ kind: 'unknown', error })
const final = (error: string) => ({ kind: 'final', error })

describe('what became of a try', () => {
  const cases: [string, SmtpFailure, unknown, number][] = [
    [
      'a box that is full',
      { kind: 'answer', at: 'rcpt', code: 452, text: 'Full' },
      retry('answered 452 to RCPT TO: Full'),
      0,
    ],
    [
      'no such box',
      { kind: 'answer', at: 'rcpt', code: 550, text: 'No such box' },
      final('answered 550 to RCPT TO: No such box'),
      0,
    ],
    [
      'greylisting',
      { kind: 'answer', at: 'data', code: 451, text: 'Later' },
      retry('answered 451 to DATA: Later'),
      0,
    ],
    [
      'a refusal after DATA',
      { kind: 'answer', at: 'data', code: 554, text: 'Spam' },
      final('answered 554 to DATA: Spam'),
      0,
    ],
    ['a line that breaks before DATA', { kind: 'drop', at: 'rcpt' }, retry('connection lost (ESOCKET)'), 0],
    [
      'a line that breaks after DATA',
      { kind: 'drop', at: 'after-data' },
      unknown('connection lost (ESOCKET)'),
      1,
    ],
    ['silence after DATA', { kind: 'hang', at: 'after-data' }, unknown('no answer within 500 ms'), 1],
  ]
  it.each(cases)('F11: %s', async (_, failure, expected, arrived) => {
    smtp.next(failure)
    const outcome = await send()
    if (outcome.kind === 'unknown' || outcome.kind === 'retry')
      expect(outcome.error).toMatch(/^(answered|connection lost|no answer)/)
    expect(outcome.kind).toBe((expected as SendOutcome).kind)
    if (failure.kind === 'answer') expect(outcome).toEqual(expected)
    expect([smtp.mails.length, smtp.attempts()]).toEqual([arrived, 1])
  })

  it('F11: a mail of which only a part was written was not delivered', async () => {
    smtp.next({ kind: 'drop', at: 'in-data' })
    const server = smtpServerOf(smtp.url)
    if (server === undefined) throw new Error('no address')
    const raw = Buffer.from(`Subject: x\r\n\r\n${`${'x'.repeat(70)}\r\n`.repeat(400_000)}`)
    const mail = { from: 'firewatch@example.org', to: 'ana@example.org', raw }
    const outcome = await handOver(server, mail, 5_000, new AbortController().signal)
    expect(outcome.kind).toBe('retry')
    expect(smtp.mails).toEqual([])
  })

  it('an unknown box is final', async () => {
    expect(await send({}, 'nobody@example.org')).toEqual(final('answered 550 to RCPT TO: No such box'))
  })

  it('nobody at the address is worth another try', async () => {
    url = `smtp://127.0.0.1:${await freePort()}`
    expect((await send()).kind).toBe('retry')
  })

  it('a server that accepts and says nothing is worth another try', async () => {
    const mute = createServer(() => undefined)
    await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void mute.close())
    url = `smtp://127.0.0.1:${(mute.address() as AddressInfo).port}`
    expect(await send()).toMatchObject({ kind: 'retry' })
  })

  it('a try that is stopped after DATA may have arrived', async () => {
    smtp.next({ kind: 'hang', at: 'after-data' })
    const stop = new AbortController()
    const outcome = send({}, 'ana@example.org', stop.signal)
    await expect.poll(() => smtp.mails).toHaveLength(1)
    stop.abort()
    expect(await outcome).toEqual(unknown('stopped before an answer came'))
  })

  it.each(['mail.example.org', 'http://mail.example.org', 'smtp://', 'smtp://user:hunter2%ZZ@host'])(
    '%s is not an address of a mail server, and is not repeated',
    async (address) => {
      url = address
      const outcome = await send()
      expect(outcome.kind).toBe('final')
      expect(JSON.stringify(outcome)).not.toMatch(/mail\.example|hunter2/)
    },
  )

  it('asks for TLS before it shows a password to a server elsewhere', () => {
    expect(smtpServerOf('smtps://u:p@mail.example.org')).toMatchObject({ secure: true, port: 465 })
    expect(smtpServerOf('smtp://mail.example.org')).toMatchObject({ secure: false, port: 587 })
  })
})
