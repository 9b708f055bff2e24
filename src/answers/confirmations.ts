/** How long a question may be answered by pressing again. */
const confirmationMs = 2 * 60_000

export interface Confirmations {
  /** True when the person was asked this of the incident just now. */
  isAnswered(person: string, incident: number): boolean
  ask(person: string, incident: number): void
}

/** Whoever was asked whether they mean it says so by pressing the same button again. */
export function createConfirmations(now: () => Date): Confirmations {
  const asked = new Map<string, number>()
  const key = (person: string, incident: number) => `${incident} ${person}`
  return {
    isAnswered: (person, incident) => (asked.get(key(person, incident)) ?? 0) > now().getTime(),
    ask(person, incident) {
      for (const [one, until] of asked) if (until <= now().getTime()) asked.delete(one)
      asked.set(key(person, incident), now().getTime() + confirmationMs)
    },
  }
}
