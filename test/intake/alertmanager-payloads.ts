/** As Alertmanager 0.28 sends it: a group of which one alert still fires and another is over. */
export const mixedNotification = {
  receiver: 'firewatch',
  status: 'firing',
  alerts: [
    {
      status: 'firing',
      labels: { alertname: 'HighCPUUsage', instance: 'db-1:9100', service: 'warehouse', severity: 'warning' },
      annotations: { summary: 'High CPU usage detected', description: 'CPU usage is 93.4% on db-1:9100' },
      startsAt: '2026-03-02T09:14:30.123456789Z',
      endsAt: '0001-01-01T00:00:00Z',
      generatorURL: 'http://prometheus:9090/graph?g0.expr=cpu+%3E+80&g0.tab=1',
      fingerprint: '7c5e1d5d9d3b9d2a',
    },
    {
      status: 'resolved',
      labels: {
        alertname: 'HighCPUUsage',
        instance: 'web-1:9100',
        service: 'warehouse',
        severity: 'warning',
      },
      annotations: { summary: 'High CPU usage detected', description: 'CPU usage is 71% on web-1:9100' },
      startsAt: '2026-03-02T09:10:00+01:00',
      endsAt: '2026-03-02T09:20:00.5+01:00',
      generatorURL: 'http://prometheus:9090/graph?g0.expr=cpu+%3E+80&g0.tab=1',
      fingerprint: '0d1f2a3b4c5d6e7f',
    },
  ],
  groupLabels: { alertname: 'HighCPUUsage' },
  commonLabels: { alertname: 'HighCPUUsage', service: 'warehouse', severity: 'warning' },
  commonAnnotations: { summary: 'High CPU usage detected' },
  externalURL: 'http://alertmanager:9093',
  version: '4',
  groupKey: '{}:{alertname="HighCPUUsage"}',
  truncatedAlerts: 0,
}

type Written = Record<string, unknown>

/** A notification of these alerts; what is not said of one is as in a usual firing alert. */
export function notificationOf(alerts: readonly Written[], change: Written = {}): Written {
  return {
    ...mixedNotification,
    alerts: alerts.map((alert) => ({ ...mixedNotification.alerts[0], ...alert })),
    ...change,
  }
}
