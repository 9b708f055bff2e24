import type { Alert } from '../../src/domain/alert/alert.ts'

/** No sender means it, but all of it is taken and kept. */
export const longText = 'x'.repeat(100_000)

const many = Object.fromEntries(
  Array.from({ length: 300 }, (_, index) => [`l${index}`, longText.slice(0, 2_000)]),
)

/** An alert of which everything is too long to be read. */
export function oddAlert(annotations: Alert['annotations'] = {}): Alert {
  return {
    fingerprint: 'odd',
    status: 'firing',
    labels: { alertname: longText, service: longText, severity: longText, region: longText, ...many },
    annotations,
    startsAt: '2026-03-02T03:00:00.000Z',
  }
}
