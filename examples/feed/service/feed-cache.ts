interface Entry<V> {
  readonly value: V
  readonly expiresAt: number
}

export interface CacheState {
  readonly entries: number
  readonly ttlMs: number
  /** How long the entry that lives longest still lives. */
  readonly longestLeftMs: number
}

export interface FeedCache<V> {
  /** The live value under `key`, or what `load` gives. Many who miss at once wait for one load. */
  get(key: string, load: () => Promise<V>): Promise<V>
  /** Stores a value whatever is there, for as long as the caller wants. */
  warm(key: string, value: V, ttlMs: number): void
  /** Forgets everything and tells how many live entries that were. Loads under way still reach those who wait, not the cache. */
  flush(): number
  state(): CacheState
}

/** A cache in memory. A value that was loaded never replaces a live one: whoever came first is shown until it expires. */
export function createFeedCache<V>({ ttlMs, now }: { ttlMs: number; now: () => number }): FeedCache<V> {
  const entries = new Map<string, Entry<V>>()
  const loads = new Map<string, Promise<V>>()

  const live = (key: string): Entry<V> | undefined => {
    const entry = entries.get(key)
    return entry && entry.expiresAt > now() ? entry : undefined
  }

  const startLoad = (key: string, load: () => Promise<V>): Promise<V> => {
    const loading = load().then(
      (value) => {
        if (loads.get(key) === loading) {
          loads.delete(key)
          if (!live(key)) entries.set(key, { value, expiresAt: now() + ttlMs })
        }
        return value
      },
      (error: unknown) => {
        if (loads.get(key) === loading) loads.delete(key)
        throw error
      },
    )
    loads.set(key, loading)
    return loading
  }

  return {
    async get(key, load) {
      return live(key)?.value ?? loads.get(key) ?? startLoad(key, load)
    },
    warm(key, value, lifeMs) {
      entries.set(key, { value, expiresAt: now() + lifeMs })
    },
    flush() {
      const dropped = [...entries.keys()].filter(live).length
      entries.clear()
      loads.clear()
      return dropped
    },
    state() {
      const left = [...entries.values()].map(({ expiresAt }) => expiresAt - now()).filter((ms) => ms > 0)
      return { entries: left.length, ttlMs, longestLeftMs: Math.max(0, ...left) }
    },
  }
}
