import { type Labels, titleAnnotation } from '../domain/alert/alert.ts'
import { cutText, oneLine } from '../domain/page/delivery.ts'
import { readLink } from '../domain/values/web-link.ts'
import type { ForeignMap } from './foreign.ts'
import { textOf, textsOf } from './texts.ts'

const longestTitle = 120

/** The annotations of an alert as they come together. No two things have one name, and nothing is lost because of another of its name. */
export function createAnnotations() {
  const texts = new Map<string, string>()
  // An address called `title` is no title.
  const used = new Map([[titleAnnotation, 1]])

  /** `Graph`, `Graph 2`, … */
  function freeName(name: string): string {
    for (;;) {
      const count = (used.get(name) ?? 0) + 1
      used.set(name, count)
      const free = count === 1 ? name : `${name} ${count}`
      if (!texts.has(free)) return free
    }
  }

  return {
    /** What the protocol itself has a name for; nothing for what says nothing. */
    set(name: string, value: unknown): void {
      const text = textOf(value)
      if (text !== undefined && text !== '') texts.set(name, text)
    },

    /**
     * What senders name as they like.
     * @param field in which it came: a name that is in use, or that names incidents, stands behind it, as `details.title`
     */
    addAll(field: string, details: ForeignMap): void {
      for (const [name, text] of Object.entries(textsOf(details)))
        texts.set(texts.has(name) || name === titleAnnotation ? `${field}.${name}` : name, text)
    },

    /** An address that a person may be led to, by what it is called; what is none is left out. */
    addLink(title: unknown, address: unknown, otherwise: string): void {
      const read = typeof address === 'string' ? readLink(address) : undefined
      if (read?.kind !== 'link') return
      const name = typeof title === 'string' ? cutText(oneLine(title), longestTitle) : ''
      texts.set(freeName(name || otherwise), read.url)
    },

    all: (): Labels => Object.fromEntries(texts),
  }
}

export type Annotations = ReturnType<typeof createAnnotations>
