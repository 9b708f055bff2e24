import { formatNumber } from '../values/numbers.ts'
import { type Alert, leftOutAnnotation } from './alert.ts'

/** Alerts that a sender left out when it told of others. */
export interface LeftOut {
  readonly sender: string
  readonly count: number
  /** What to do about it. */
  readonly remedy: string
}

const alertmanager = { sender: 'Alertmanager', remedy: 'set max_alerts to 0' }
const grafana = { sender: 'Grafana', remedy: 'set Max Alerts of the contact point to 0' }
/** Grafana says these of every alert, and nobody else does. */
const ofGrafana = ['orgId', 'valueString']

/**
 * What was left out beside these alerts, of those that fire. One notification says the same number with each of its alerts, so the largest is what is known
 * for sure; `undefined`: nothing was.
 */
export function leftOutOf(
  alerts: readonly (Pick<Alert, 'annotations'> & Partial<Pick<Alert, 'status'>>)[],
): LeftOut | undefined {
  let most: LeftOut | undefined
  for (const { status = 'firing', annotations } of alerts) {
    const told = annotations[leftOutAnnotation] ?? ''
    if (status !== 'firing' || !/^\d{1,9}$/.test(told) || Number(told) <= (most?.count ?? 0)) continue
    const isGrafana = ofGrafana.some((name) => annotations[name] !== undefined)
    most = { ...(isGrafana ? grafana : alertmanager), count: Number(told) }
  }
  return most
}

/** `37 more that Alertmanager left out`, behind what is known of. */
export function leftOutWords({ sender, count }: LeftOut): string {
  return `${formatNumber(count)} more that ${sender} left out`
}

/** `Alertmanager left out 37 more alerts of this notification: set max_alerts to 0` */
export function leftOutSentence({ sender, count, remedy }: LeftOut): string {
  const alerts = count === 1 ? 'alert' : 'alerts'
  return `${sender} left out ${formatNumber(count)} more ${alerts} of this notification: ${remedy}`
}
