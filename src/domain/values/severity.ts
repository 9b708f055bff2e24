import { own } from './own.ts'

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

/** What words of other systems mean, in capitals; `none` pages nobody. */
export type SeverityWords = Readonly<Record<string, Severity | 'none'>>

/** Alertmanager's habit, PagerDuty's, Opsgenie's, syslog's and our own words, unless the configuration says otherwise. */
export const usualSeverityWords: SeverityWords = {
  P0: 'P0',
  EMERGENCY: 'P0',
  EMERG: 'P0',
  P1: 'P1',
  CRITICAL: 'P1',
  CRIT: 'P1',
  PAGE: 'P1',
  FATAL: 'P1',
  ALERT: 'P1',
  DISASTER: 'P1',
  HIGH: 'P1',
  P2: 'P2',
  ERROR: 'P2',
  ERR: 'P2',
  WARNING: 'P2',
  WARN: 'P2',
  MAJOR: 'P2',
  MEDIUM: 'P2',
  P3: 'P3',
  INFO: 'P3',
  INFORMATIONAL: 'P3',
  NOTICE: 'P3',
  MINOR: 'P3',
  LOW: 'P3',
  TICKET: 'P3',
  NONE: 'none',
}

/** What an alert is taken for that has no such label, or one that nobody knows: it is never dropped for that, and people are told. */
export const severityOfUnknown: Severity = 'P2'

/** What a word means; `undefined` for one that nobody knows, and for none at all. */
export function severityMeant(
  label: string | undefined,
  words: SeverityWords = usualSeverityWords,
): Severity | 'none' | undefined {
  return own(words, severityWord(label))
}

/** How words are compared: whatever their case. */
export function severityWord(label: string | undefined): string {
  return (label ?? '').trim().toUpperCase()
}

/** Severity that an alert opens an incident with, or joins one with. One that pages nobody has the lowest where it is part of an incident all the same. */
export function severityOfLabel(
  label: string | undefined,
  words: SeverityWords = usualSeverityWords,
): Severity {
  const meant = severityMeant(label, words) ?? severityOfUnknown
  return meant === 'none' ? 'P3' : meant
}

export function isSeverity(word: string): word is Severity {
  return severities.some((severity) => severity === word)
}

/** The more severe of the given ones; `undefined` for none. */
export function highestSeverity(of: Iterable<Severity>): Severity | undefined {
  const present = new Set(of)
  return severities.find((severity) => present.has(severity))
}
