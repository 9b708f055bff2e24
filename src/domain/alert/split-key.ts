import { fnv1a64 } from '../values/hash.ts'

const prefix = 'split/'

/** The grouping key of an incident whose alerts a person took out of another: nothing meets in it but these. */
export function splitKey(from: number, by: string, commandId: string): string {
  return `${prefix}INC-${from}/${fnv1a64(`${by}\n${commandId}`)}`
}

/** Whether a person split it off: its alerts stay in it for as long as it is open, also while they are clear. */
export function isSplit({ groupingKey }: { readonly groupingKey: string }): boolean {
  return groupingKey.startsWith(prefix)
}
