export interface Fifo<Value> {
  length(): number
  first(): Value | undefined
  push(value: Value): void
  /** Takes the first. */
  shift(): Value | undefined
  /** Takes the last. */
  pop(): Value | undefined
}

/** Fewer are not worth moving the others for. */
const leastToMove = 1_024

/** A queue whose operations cost the same however long it is; `Array.shift` moves all that is behind in long arrays. */
export function createFifo<Value>(): Fifo<Value> {
  let values: (Value | undefined)[] = []
  let begin = 0
  /** Gives back the memory of what was taken, once it is half of all. */
  function shrink(): void {
    if (begin === values.length) {
      values = []
      begin = 0
    } else if (begin >= leastToMove && begin * 2 >= values.length) {
      values = values.slice(begin)
      begin = 0
    }
  }
  return {
    length: () => values.length - begin,
    first: () => values[begin],
    push: (value) => void values.push(value),
    shift() {
      if (begin === values.length) return undefined
      const value = values[begin]
      values[begin++] = undefined
      shrink()
      return value
    },
    pop() {
      if (begin === values.length) return undefined
      const value = values.pop()
      shrink()
      return value
    },
  }
}
