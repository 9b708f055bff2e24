import fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import type { SnsSender } from '../../src/domain/configuration/sender.ts'
import { canonicalText, readEnvelope, snsAddress } from '../../src/intake/sns.ts'
import { createSnsReader } from '../../src/intake/sns-receiver.ts'
import { selfSigned } from '../support/certificate.ts'
import {
  alarm,
  certificateUrl,
  confirmation,
  notification,
  signed,
  subscribeUrl,
  topic,
} from './sns-payloads.ts'

const now = new Date('2026-03-02T03:04:05Z')
const valid = selfSigned(new Date('2026-01-01T00:00:00Z'), new Date('2027-01-01T00:00:00Z'))
const expired = selfSigned(new Date('2025-01-01T00:00:00Z'), new Date('2026-01-01T00:00:00Z'))
const other = selfSigned(new Date('2026-01-01T00:00:00Z'), new Date('2027-01-01T00:00:00Z'))
const source = 'integration/aws'
const sender: SnsSender = { name: 'aws', title: 'AWS', kind: 'sns', topics: [topic] }

let fetched: string[]
let answers: Map<string, { status: number; body: string } | Error>

beforeEach(() => {
  fetched = []
  answers = new Map([
    [certificateUrl, { status: 200, body: valid.pem }],
    [subscribeUrl, { status: 200, body: '<ConfirmSubscriptionResponse/>' }],
  ])
})

function reader(clock = () => now) {
  const read = createSnsReader({
    get: async ({ href }) => {
      fetched.push(href)
      const answer = answers.get(href) ?? new Error('not found')
      if (answer instanceof Error) throw answer
      return answer
    },
    now: clock,
    log: { info: () => undefined, warn: () => undefined },
  })
  return (body: Uint8Array, of: SnsSender = sender) =>
    read(body, of, { source, now: clock(), newId: () => 'id-1' })
}

const send = (envelope: Record<string, unknown>, of?: SnsSender) =>
  reader()(signed(envelope, valid.privateKey), of)

describe('a notification of SNS', () => {
  it.each(['1', '2'])('is taken with a signature of version %s', async (version) => {
    const reading = await send(notification(alarm, { SignatureVersion: version }))
    expect(reading?.alerts).toHaveLength(1)
  })

  it('is signed as documented', () => {
    const envelope = readEnvelope(notification('hello', { Subject: undefined }))
    expect(envelope && canonicalText(envelope)).toBe(
      `Message\nhello\nMessageId\n22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324\nTimestamp\n2026-03-02T03:04:00.900Z\nTopicArn\n${topic}\nType\nNotification\n`,
    )
    const confirming = readEnvelope(confirmation())
    expect(confirming && canonicalText(confirming)).toMatch(
      /^Message\n.+\nMessageId\n.+\nSubscribeURL\n.+\nTimestamp\n.+\nToken\n.+\nTopicArn\n.+\nType\nSubscriptionConfirmation\n$/,
    )
  })

  it.each<[string, () => Uint8Array]>([
    ['another key', () => signed(notification(alarm), other.privateKey)],
    ['no signature', () => Buffer.from(JSON.stringify(notification(alarm)))],
    [
      'another message',
      () => Buffer.from(signed(notification(alarm), valid.privateKey).toString().replace('ALARM', 'OK')),
    ],
    [
      'a topic that is not configured',
      () => signed(notification(alarm, { TopicArn: `${topic}2` }), valid.privateKey),
    ],
    ['another version', () => Buffer.from(JSON.stringify(notification(alarm, { SignatureVersion: '3' })))],
    ['another type', () => signed(notification(alarm, { Type: 'Other' }), valid.privateKey)],
    ['no envelope', () => Buffer.from('[]')],
  ])('proves nothing with %s', async (_, body) => {
    expect(await reader()(body())).toBeUndefined()
  })

  it.each([
    'http://sns.eu-west-1.amazonaws.com/SimpleNotificationService-1.pem',
    'https://sns.eu-west-1.amazonaws.com.evil.example/SimpleNotificationService-1.pem',
    'https://evil.example/SimpleNotificationService-1.pem',
    'https://sns.eu-west-1.amazonaws.com@evil.example/SimpleNotificationService-1.pem',
    'https://u:p@sns.eu-west-1.amazonaws.com/SimpleNotificationService-1.pem',
    'https://sns.eu-west-1.amazonaws.com:8443/SimpleNotificationService-1.pem',
    'https://sns.us-east-1.amazonaws.com/SimpleNotificationService-1.pem',
    'https://sns.eu-west-1.amazonaws.com.cn/SimpleNotificationService-1.pem',
    'https://s3.eu-west-1.amazonaws.com/SimpleNotificationService-1.pem',
    'https://sns.eu-west-1.amazonaws.com/?Action=GetTopicAttributes&x=.pem',
    'https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-1.pem?a=b',
    'https://sns.eu-west-1.amazonaws.com/x/../evil.pem',
    'file:///etc/passwd',
    'nonsense',
  ])('is not believed by a certificate of %s, which is not fetched', async (url) => {
    expect(await send(notification(alarm, { SigningCertURL: url }))).toBeUndefined()
    expect(fetched).toEqual([])
  })

  it('of China has an address of China', () => {
    const arn = 'arn:aws-cn:sns:cn-north-1:123456789012:alarms'
    expect(snsAddress('https://sns.cn-north-1.amazonaws.com.cn/x', arn)?.pathname).toBe('/x')
    expect(snsAddress('https://sns.cn-north-1.amazonaws.com/x', arn)).toBeUndefined()
  })

  it('fetches its certificate once', async () => {
    const read = reader()
    const body = signed(notification(alarm), valid.privateKey)
    await Promise.all([read(body), read(body)])
    await read(body)
    expect(fetched).toEqual([certificateUrl])
  })

  it('fetches it again when it has expired', async () => {
    let clock = now
    const read = reader(() => clock)
    const body = signed(notification(alarm), valid.privateKey)
    await read(body)
    clock = new Date('2027-01-02T00:00:00Z')
    await expect(read(body)).rejects.toThrow('not valid now')
    expect(fetched).toHaveLength(2)
  })

  it.each<[string, { status: number; body: string } | Error]>([
    ['is not there', { status: 404, body: '' }],
    ['cannot be reached', new Error('ECONNREFUSED')],
    ['is no certificate', { status: 200, body: 'hello' }],
    ['has expired', { status: 200, body: expired.pem }],
  ])('comes again when the certificate %s', async (_, answer) => {
    answers.set(certificateUrl, answer)
    await expect(send(notification(alarm))).rejects.toMatchObject({ name: 'SnsAway' })
  })

  it('asks for few certificates at once', async () => {
    const read = createSnsReader({
      get: () => new Promise(() => undefined),
      now: () => now,
      log: { info: () => undefined, warn: () => undefined },
    })
    const asked = Array.from({ length: 5 }, (_, index) =>
      read(
        signed(
          notification(alarm, { SigningCertURL: certificateUrl.replace('0123', `${index}`) }),
          other.privateKey,
        ),
        sender,
        { source, now, newId: () => 'id-1' },
      ),
    )
    await expect(asked.at(-1)).rejects.toThrow('too many')
  })
})

describe('the subscription of a topic', () => {
  it('is confirmed', async () => {
    expect(await send(confirmation())).toEqual({ alerts: [], changes: [], problems: [] })
    expect(fetched).toEqual([certificateUrl, subscribeUrl])
  })

  it('is not confirmed for a topic that is not configured, nor without a signature', async () => {
    expect(await send(confirmation(), { ...sender, topics: [`${topic}2`] })).toBeUndefined()
    expect(await reader()(signed(confirmation(), other.privateKey))).toBeUndefined()
    expect(fetched).not.toContain(subscribeUrl)
  })

  it.each([
    'https://evil.example/?Action=ConfirmSubscription',
    subscribeUrl.replace('ConfirmSubscription', 'DeleteTopic'),
    subscribeUrl.replace(':alarms', ':others'),
    subscribeUrl.replace('https:', 'http:'),
  ])('is not confirmed at %s', async (url) => {
    await expect(send(confirmation({ SubscribeURL: url }))).rejects.toThrow('is not one of SNS')
    expect(fetched).toEqual([certificateUrl])
  })

  it.each([{ status: 500, body: '' }, new Error('ECONNRESET')])(
    'is tried again where SNS does not confirm it',
    async (answer) => {
      answers.set(subscribeUrl, answer)
      await expect(send(confirmation())).rejects.toThrow('cannot be confirmed now')
    },
  )

  it('ends without an alert', async () => {
    expect(await send(confirmation({ Type: 'UnsubscribeConfirmation' }))).toMatchObject({ alerts: [] })
    expect(fetched).not.toContain(subscribeUrl)
  })
})

describe('a CloudWatch alarm', () => {
  const fingerprint = alarm.AlarmArn

  it('fires', async () => {
    expect((await send(notification(alarm)))?.alerts).toEqual([
      {
        source,
        fingerprint,
        eventId: `${source}/${fingerprint}/2026-03-02T03:04:00.236Z/firing`,
        status: 'firing',
        labels: {
          alertname: 'High CPU',
          account: '123456789012',
          region: 'eu-west-1',
          namespace: 'AWS/EC2',
          metric: 'CPUUtilization',
          InstanceId: 'i-0123456789',
        },
        annotations: {
          title: 'High CPU',
          description: alarm.AlarmDescription,
          summary: alarm.NewStateReason,
          generatorURL:
            'https://eu-west-1.console.aws.amazon.com/cloudwatch/home?region=eu-west-1#alarmsV2:alarm/High%20CPU',
        },
        startsAt: '2026-03-02T03:04:00.236Z',
      },
    ])
  })

  it('resolves by OK, and says nothing where data are insufficient', async () => {
    const [ok, neither] = await Promise.all(
      ['OK', 'INSUFFICIENT_DATA'].map((NewStateValue) => send(notification({ ...alarm, NewStateValue }))),
    )
    expect(ok?.alerts).toMatchObject([
      { fingerprint, status: 'resolved', endsAt: '2026-03-02T03:04:00.236Z' },
    ])
    expect(neither).toEqual({ alerts: [], changes: [], problems: [] })
  })

  it('is whatever else comes a change for people to read', async () => {
    const changes = async (message: unknown, changed?: object) =>
      (await send(notification(message, changed)))?.changes
    const changeId = `${source}/sns/22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324`
    expect(await changes('The database was restarted\nby hand', { Subject: undefined })).toEqual([
      {
        changeId,
        source,
        at: '2026-03-02T03:04:00.900Z',
        summary: 'The database was restarted by hand',
        labels: { change: 'message', topic: 'alarms', region: 'eu-west-1', account: '123456789012' },
        links: {},
      },
    ])
    expect(await changes({ AlarmName: 'x', NewStateValue: 'NEW' }, { Subject: 'Hello' })).toMatchObject([
      { summary: 'Hello' },
    ])
  })

  it('never throws, whatever the message', async () => {
    const anything = fc.oneof(
      fc.jsonValue(),
      fc.jsonValue().map((value) => ({ ...alarm, Trigger: value, StateChangeTime: value, AlarmArn: value })),
    )
    await fc.assert(
      fc.asyncProperty(anything, async (message) => {
        const reading = await send(notification(message))
        expect((reading?.alerts.length ?? 0) + (reading?.changes.length ?? 0)).toBe(1)
      }),
      { numRuns: 50 },
    )
  })
})
