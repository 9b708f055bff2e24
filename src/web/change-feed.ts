/** What somebody who watches incidents is told. */
export interface Watcher {
  /** The mark as it is now: at first, and whenever it changes. */
  changed(mark: string): void
  /** It is known that nothing changed. */
  unchanged(): void
  /** Nothing can be known any more; nothing else follows. */
  lost(): void
}

export interface ChangeFeed {
  /** Watches one incident, or with `null` all. @returns stops it */
  watch(incident: number | null, watcher: Watcher): () => void
  /** Tells everybody that it is over. */
  close(): void
}

interface Topic {
  readonly watchers: Set<Watcher>
  mark: string | null
  timer: NodeJS.Timeout | undefined
}

const tellUnchangedEvery = 10

/**
 * Asks for marks while somebody watches, once per topic however many they are, and tells them of changes. A mark that cannot be read ends the
 * watching: a page must never look current when it is not.
 * @param everyMs pause between two questions
 */
export function createChangeFeed(
  marks: (incident: number | null) => Promise<string>,
  log: (message: string, error: unknown) => void,
  everyMs: number,
): ChangeFeed {
  const topics = new Map<number | null, Topic>()

  async function ask(incident: number | null, topic: Topic, round = 1): Promise<void> {
    try {
      const mark = await marks(incident)
      const changed = mark !== topic.mark
      topic.mark = mark
      for (const watcher of topic.watchers) {
        if (changed) watcher.changed(mark)
        else if (round % tellUnchangedEvery === 0) watcher.unchanged()
      }
    } catch (error) {
      log('incidents cannot be watched', error)
      end(incident, topic)
    }
    if (topics.get(incident) !== topic) return
    topic.timer = setTimeout(() => void ask(incident, topic, round + 1), everyMs)
  }

  function end(incident: number | null, topic: Topic): void {
    clearTimeout(topic.timer)
    if (topics.get(incident) === topic) topics.delete(incident)
    for (const watcher of topic.watchers) watcher.lost()
    topic.watchers.clear()
  }

  return {
    watch(incident, watcher) {
      const known = topics.get(incident)
      const topic = known ?? { watchers: new Set<Watcher>(), mark: null, timer: undefined }
      topic.watchers.add(watcher)
      if (known === undefined) {
        topics.set(incident, topic)
        void ask(incident, topic)
      } else if (known.mark !== null) {
        watcher.changed(known.mark)
      }
      return () => {
        topic.watchers.delete(watcher)
        if (topic.watchers.size > 0 || topics.get(incident) !== topic) return
        clearTimeout(topic.timer)
        topics.delete(incident)
      }
    },

    close() {
      for (const [incident, topic] of topics) end(incident, topic)
    },
  }
}
