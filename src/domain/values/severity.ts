/** How bad it is: P0 all hands, P1 the primary now, P2 in business hours, P3 a queue. */
export const severities = ['P0', 'P1', 'P2', 'P3'] as const

export type Severity = (typeof severities)[number]

/** Time by which a person should have acknowledged, in milliseconds. */
export const acknowledgeTargetMs: Readonly<Record<Severity, number>> = {
  P0: 15 * 60_000,
  P1: 60 * 60_000,
  P2: 4 * 3_600_000,
  P3: 24 * 3_600_000,
}

/**
 * Severity that an alert opens an incident with. Sources speak `critical`, `warning`, `info` (Alertmanager's habit) or
 * ours; `critical` is P1 unless the alert says P0 itself. A word that nobody knows is treated as `warning`: an alert is never dropped
 * for its label.
 */
export function severityOfLabel(label: string | undefined): Severity {
  const word = (label ?? '').trim().toUpperCase()
  if (isSeverity(word)) return word
  if (word === 'CRITICAL') return 'P1'
  if (word === 'INFO') return 'P3'
  return 'P2'
}

export function isSeverity(word: string): word is Severity {
  return severities.some((severity) => severity === word)
}

/** The more severe of the given ones; `undefined` for none. */
export function highestSeverity(of: Iterable<Severity>): Severity | undefined {
  const present = new Set(of)
  return severities.find((severity) => present.has(severity))
}
