import { createFifo, type Fifo } from './fifo.ts'

/** What waits, and since when. */
interface Request<Value> {
  /** Items that it asks for; at least 1. */
  readonly size: number
  readonly since: number
  readonly value: Value
}

interface Sender<Value> {
  readonly name: string
  readonly requests: Fifo<Request<Value>>
  items: number
  /** Items that it may still take before it is another's turn. */
  credit: number
  isOnTurn: boolean
}

export interface FairQueueOptions {
  /** Items that may wait, beside the first request of each sender. */
  readonly mostItems: number
  /** Items that a sender gets when it is its turn. */
  readonly perTurn: number
}

/**
 * Requests of several senders that wait for one thing. They are served by deficit round robin: by turns, so many items each, whatever the size of
 * their requests; what a sender could not use of its turn because its next request is too large counts for its next one. A sender alone has
 * everything. Source: Shreedhar and Varghese, Efficient Fair Queueing using Deficit Round Robin, SIGCOMM 1995.
 *
 * Where there is no room the longest queue gives way, as in McKenney, Stochastic Fairness Queueing, INFOCOM 1990. What an operation costs grows
 * with the number of senders that wait, never with the number of requests.
 */
export class FairQueue<Value> {
  readonly #options: FairQueueOptions
  readonly #waiting = new Map<string, Sender<Value>>()
  readonly #turns = createFifo<Sender<Value>>()
  #items = 0

  constructor(options: FairQueueOptions) {
    this.#options = options
  }

  /** Items that wait. */
  items(): number {
    return this.#items
  }

  /** Whether requests of more than one sender wait. */
  isShared(): boolean {
    return [...this.#waiting.values()].filter(({ items }) => items > 0).length > 1
  }

  /** Since when the oldest request waits; `undefined` where none does. */
  oldestSince(): number | undefined {
    let oldest: number | undefined
    for (const { requests } of this.#waiting.values()) {
      const since = requests.first()?.since
      if (since !== undefined && (oldest === undefined || since < oldest)) oldest = since
    }
    return oldest
  }

  /**
   * Lets a request wait. Where there is no room, whoever has most in the queue gives way with what it asked for last, and that may be this request.
   * The first request of a sender always finds room.
   * @returns what has to be refused instead
   */
  push(name: string, request: Request<Value>): readonly Value[] {
    const sender = this.#senderOf(name)
    sender.requests.push(request)
    sender.items += request.size
    this.#items += request.size
    const refused: Value[] = []
    while (this.#items > this.#options.mostItems) {
      const gives = this.#whoGivesWay(sender)
      if (gives === undefined) break
      refused.push(...this.#removed(gives, gives.requests.pop()))
    }
    return refused
  }

  /** Takes what is next in fair order: at least one request, and of further ones as many as make `most` items. */
  take(most: number): readonly Value[] {
    const taken: Value[] = []
    let size = 0
    for (let sender = this.#turns.first(); sender !== undefined; sender = this.#turns.first()) {
      const next = sender.requests.first()
      if (next === undefined) {
        // Who has nothing left has no turn, and saves none up.
        this.#turns.shift()
        this.#waiting.delete(sender.name)
      } else if (!this.#mayTake(sender, next)) {
        sender.isOnTurn = false
        this.#turns.shift()
        this.#turns.push(sender)
      } else {
        if (taken.length > 0 && size + next.size > most) break
        sender.requests.shift()
        sender.credit -= next.size
        size += next.size
        taken.push(...this.#removed(sender, next))
      }
    }
    return taken
  }

  /** Takes out what waits since `instant` or longer. */
  expire(instant: number): readonly Value[] {
    const expired: Value[] = []
    for (const sender of this.#waiting.values()) {
      for (let next = sender.requests.first(); next !== undefined; next = sender.requests.first()) {
        if (next.since > instant) break
        sender.requests.shift()
        expired.push(...this.#removed(sender, next))
      }
    }
    return expired
  }

  #senderOf(name: string): Sender<Value> {
    const known = this.#waiting.get(name)
    if (known !== undefined) return known
    const sender = { name, requests: createFifo<Request<Value>>(), items: 0, credit: 0, isOnTurn: false }
    this.#waiting.set(name, sender)
    this.#turns.push(sender)
    return sender
  }

  #mayTake(sender: Sender<Value>, { size }: Request<Value>): boolean {
    if (!sender.isOnTurn) sender.credit += this.#options.perTurn
    sender.isOnTurn = true
    return size <= sender.credit
  }

  #removed(sender: Sender<Value>, request: Request<Value> | undefined): Value[] {
    if (request === undefined) return []
    sender.items -= request.size
    this.#items -= request.size
    return [request.value]
  }

  /** None gives its only request: it would have to ask for ever while others keep the queue full. */
  #whoGivesWay(pushing: Sender<Value>): Sender<Value> | undefined {
    let longest = pushing
    for (const sender of this.#waiting.values()) if (sender.items > longest.items) longest = sender
    const gives = longest.requests.length() > 1 ? longest : pushing
    return gives.requests.length() > 1 ? gives : undefined
  }
}
