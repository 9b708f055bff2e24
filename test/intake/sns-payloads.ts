import { createSign, type KeyObject } from 'node:crypto'
import { canonicalText, type SnsEnvelope } from '../../src/intake/sns.ts'

export const topic = 'arn:aws:sns:eu-west-1:123456789012:alarms'
export const certificateUrl = 'https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0123abcd.pem'
export const subscribeUrl = `https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&TopicArn=${topic}&Token=2336412f37fb`

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-actions.html */
export const alarm = {
  AlarmName: 'High CPU',
  AlarmDescription: 'The web servers are busy',
  AWSAccountId: '123456789012',
  NewStateValue: 'ALARM',
  NewStateReason:
    'Threshold Crossed: 1 out of the last 1 datapoints [99.5] was greater than the threshold (90.0)',
  StateChangeTime: '2026-03-02T03:04:00.236+0000',
  Region: 'EU (Ireland)',
  AlarmArn: 'arn:aws:cloudwatch:eu-west-1:123456789012:alarm:High CPU',
  OldStateValue: 'OK',
  Trigger: {
    MetricName: 'CPUUtilization',
    Namespace: 'AWS/EC2',
    Dimensions: [{ value: 'i-0123456789', name: 'InstanceId' }],
  },
}

export function notification(message: unknown, changed: object = {}): Record<string, unknown> {
  return {
    Type: 'Notification',
    MessageId: '22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324',
    TopicArn: topic,
    Subject: 'ALARM: "High CPU" in EU (Ireland)',
    Message: typeof message === 'string' ? message : JSON.stringify(message),
    Timestamp: '2026-03-02T03:04:00.900Z',
    SignatureVersion: '2',
    Signature: '',
    SigningCertURL: certificateUrl,
    UnsubscribeURL: 'https://sns.eu-west-1.amazonaws.com/?Action=Unsubscribe',
    ...changed,
  }
}

export function confirmation(changed: object = {}): Record<string, unknown> {
  const {
    Subject: _,
    UnsubscribeURL: __,
    ...rest
  } = notification('You have chosen to subscribe to the topic.')
  return {
    ...rest,
    Type: 'SubscriptionConfirmation',
    Token: '2336412f37fb',
    SubscribeURL: subscribeUrl,
    ...changed,
  }
}

/** As SNS would send it, by this key. */
export function signed(envelope: Record<string, unknown>, key: KeyObject): Buffer {
  const algorithm = envelope['SignatureVersion'] === '1' ? 'RSA-SHA1' : 'RSA-SHA256'
  const Signature = createSign(algorithm)
    .update(canonicalText(envelope as unknown as SnsEnvelope))
    .sign(key, 'base64')
  return Buffer.from(JSON.stringify({ ...envelope, Signature }))
}
