import { isAlias, isMap, isScalar, isSeq, visit } from 'yaml'
import type { Document, Node } from 'yaml'

/** What is YAML, but cannot be taken, or would be something else than it looks like. */
interface Unfit {
  readonly offset: number
  readonly message: string
}

/** Of YAML 1.1: what they make of a text or a map is no text and no map any more. */
const otherTypes = /^tag:yaml\.org,2002:(binary|omap|pairs|set|timestamp)$/

/** Aliases, merge keys, keys and tags that the parser takes without a word, or refuses without a place. */
export function unfitIn(document: Document): Unfit[] {
  const found: Unfit[] = []
  const tell = (node: unknown, message: string) => found.push({ offset: startOf(node) ?? 0, message })
  visit(document, {
    Alias(_key, alias, path) {
      const anchored = alias.resolve(document)
      if (anchored === undefined) tell(alias, `there is no anchor &${alias.source} above this`)
      // A map without an end: nothing could go through it.
      else if (path.includes(anchored)) tell(alias, `*${alias.source} stands inside of what it stands for`)
    },
    Pair(_key, { key, value }) {
      if (isMergeKey(key)) {
        for (const source of isSeq(value) ? value.items : [value]) {
          const node = isAlias(source) ? source.resolve(document) : source
          if (node !== undefined && !isMap(node))
            tell(source ?? key, '<< merges a map, or a list of maps, such as *person')
        }
        return
      }
      const written = isAlias(key) ? key.resolve(document) : key
      if (isMap(written) || isSeq(written)) tell(key, 'a key is text, not a map or a list')
      // Whoever reads the map afterwards would not find it there.
      if (nameOf(written) === '__proto__') tell(key, '"__proto__" is a reserved word: choose another name')
    },
    Node(_key, node) {
      const [, type] = otherTypes.exec(isAlias(node) ? '' : (node.tag ?? '')) ?? []
      if (type !== undefined)
        tell(node, `!!${type} is a type of YAML 1.1, which is not read here: write it without`)
    },
  })
  return found
}

/** Where aliases stand. */
export function aliasesIn(document: Document): number[] {
  const found: number[] = []
  visit(document, { Alias: (_key, alias) => void found.push(startOf(alias) ?? 0) })
  return found
}

/** The parser gives a merge key a symbol for a value, so that `"<<"` in quotes is a key like any other. */
export function isMergeKey(key: unknown): boolean {
  return isScalar(key) && typeof key.value === 'symbol'
}

/** A key as people write it. */
export function nameOf(key: unknown): string {
  if (isMergeKey(key)) return '<<'
  return isScalar(key) ? String(key.value) : String(key)
}

/** Where a part begins in the text; `undefined` for what does not stand there. */
export function startOf(node: unknown): number | undefined {
  return (node as Node | null | undefined)?.range?.[0]
}
