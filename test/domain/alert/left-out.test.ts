import { describe, expect, it } from 'vitest'
import type { Alert } from '../../../src/domain/alert/alert.ts'
import { leftOutOf, leftOutSentence, leftOutWords } from '../../../src/domain/alert/left-out.ts'

const alert = (truncatedAlerts: string, change: Partial<Alert> = {}) => ({
  status: 'firing' as const,
  labels: {},
  annotations: { truncatedAlerts },
  ...change,
})

describe('N53 what a sender left out', () => {
  it.each<[string, Parameters<typeof leftOutOf>[0], number | undefined]>([
    ['nothing', [], undefined],
    ['nothing of it', [alert('', { annotations: {} })], undefined],
    ['the largest number of what fires', [alert('3'), alert('37'), alert('4')], 37],
    ['what is over', [alert('99', { status: 'resolved' }), alert('3')], 3],
    ['no number', [alert('many'), alert('-1'), alert('9'.repeat(30)), alert('0')], undefined],
  ])('%s', (_, alerts, count) => {
    expect(leftOutOf(alerts)?.count).toBe(count)
  })

  it('is told with what to do about it', () => {
    const told = (one: ReturnType<typeof alert>) => {
      const leftOut = leftOutOf([one])
      return leftOut === undefined ? [] : [leftOutWords(leftOut), leftOutSentence(leftOut)]
    }
    expect(told(alert('37'))).toEqual([
      '37 more that Alertmanager left out',
      'Alertmanager left out 37 more alerts of this notification: set max_alerts to 0',
    ])
    expect(told(alert('1', { annotations: { truncatedAlerts: '1', orgId: '1' } }))).toEqual([
      '1 more that Grafana left out',
      'Grafana left out 1 more alert of this notification: set Max Alerts of the contact point to 0',
    ])
  })
})
