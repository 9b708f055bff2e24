import { mapOf } from './foreign.ts'
import type { AcceptedAlert } from '../domain/alert/alert.ts'
import type { SenderContext, IntakeReading } from './reading.ts'
import { foreignInstant, memberOf, textAt } from './foreign-body.ts'
import { eventIdOf } from './repeats.ts'
import { boundedId, textsOf } from './texts.ts'

/** The states of an alarm: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html */
const statuses: ReadonlyMap<string, 'firing' | 'resolved' | 'neither'> = new Map([
  ['ALARM', 'firing'],
  ['OK', 'resolved'],
  // Too little is known to say either; what fires goes on doing so.
  ['INSUFFICIENT_DATA', 'neither'],
])

/**
 * The change of an alarm's state, as CloudWatch publishes it to a topic.
 * @returns `undefined` for what is none
 */
export function readCloudWatch(
  told: Readonly<Record<string, unknown>>,
  { source, now, newId }: SenderContext,
): IntakeReading | undefined {
  const name = textAt(told, 'AlarmName')
  const status = statuses.get(textAt(told, 'NewStateValue') ?? '')
  if (name === undefined || status === undefined) return undefined
  if (status === 'neither') return { alerts: [], changes: [], problems: [] }
  const arn = textAt(told, 'AlarmArn')
  const [, , , region, accountInArn] = arn?.split(':') ?? []
  const account = textAt(told, 'AWSAccountId') ?? accountInArn
  const changedAt = foreignInstant(memberOf(told, 'StateChangeTime'))
  const at = changedAt ?? now.toISOString()
  const alert: Omit<AcceptedAlert, 'eventId'> = {
    source,
    fingerprint: boundedId(arn ?? `${account ?? ''}/${textAt(told, 'Region') ?? ''}/${name}`),
    status,
    labels: textsOf({
      ...dimensionsOf(told),
      alertname: name,
      account,
      // In words, such as "EU (Ireland)", where there is no ARN.
      region: region || textAt(told, 'Region'),
      namespace: textAt(told, 'Trigger', 'Namespace'),
      metric: textAt(told, 'Trigger', 'MetricName'),
    }),
    annotations: textsOf({
      title: name,
      description: textAt(told, 'AlarmDescription'),
      summary: textAt(told, 'NewStateReason') ?? textAt(told, 'AlarmDescription'),
      generatorURL: region ? consoleAddress(region, name) : undefined,
    }),
    startsAt: at,
    ...(status === 'resolved' ? { endsAt: at } : {}),
  }
  const eventId = changedAt === undefined ? `${source}/${alert.fingerprint}/${newId()}` : eventIdOf(alert)
  return { alerts: [{ ...alert, eventId }], changes: [], problems: [] }
}

/** `[{"name": "InstanceId", "value": "i-0123"}]`: what is measured, by names of the metric's own. */
function dimensionsOf(told: unknown): Readonly<Record<string, unknown>> {
  const dimensions = memberOf(told, 'Trigger', 'Dimensions')
  if (!Array.isArray(dimensions)) return {}
  return Object.fromEntries(
    dimensions.flatMap((one: unknown) => {
      const name = textAt(one, 'name') ?? textAt(one, 'Name')
      return mapOf(one) === undefined || name === undefined
        ? []
        : [[name, memberOf(one, 'value') ?? memberOf(one, 'Value')]]
    }),
  )
}

/** Where people look at the alarm. */
function consoleAddress(region: string, name: string): string | undefined {
  if (!/^[a-z0-9-]{3,40}$/.test(region)) return undefined
  const host = region.startsWith('cn-') ? 'console.amazonaws.cn' : 'console.aws.amazon.com'
  return `https://${region}.${host}/cloudwatch/home?region=${region}#alarmsV2:alarm/${encodeURIComponent(name.toWellFormed())}`
}
