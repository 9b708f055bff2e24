/** Places for what lasts, bounded in all and for each person. */
export interface StreamSlots {
  /** Takes a place. @returns gives it back, or `undefined` when there is none */
  take(person: string): (() => void) | undefined
}

export function createStreamSlots(mostInAll: number, mostPerPerson: number): StreamSlots {
  const taken = new Map<string, number>()
  let inAll = 0

  const count = (person: string, change: 1 | -1) => {
    const left = (taken.get(person) ?? 0) + change
    inAll += change
    if (left === 0) taken.delete(person)
    else taken.set(person, left)
  }

  return {
    take(person) {
      if (inAll >= mostInAll || (taken.get(person) ?? 0) >= mostPerPerson) return undefined
      count(person, 1)
      let isGivenBack = false
      return () => {
        if (isGivenBack) return
        isGivenBack = true
        count(person, -1)
      }
    },
  }
}
