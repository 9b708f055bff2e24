import { canonicalJson, toJson } from '../values/canonical-json.ts'

/** One thing that is written otherwise. `before` or `after` absent: it was not there, or is not any more. */
export interface FieldChange {
  /** As it stands in the file: `contacts[0].url`. */
  readonly path: string
  readonly before?: string
  readonly after?: string
  /** Its values are not told: they may be, or lead to, a secret. */
  readonly isSecret?: true
}

export interface NamedChange {
  readonly name: string
  readonly change: 'added' | 'removed' | 'changed'
  /** What is otherwise; empty unless it was changed. */
  readonly fields: readonly FieldChange[]
}

/** Contacts, integrations and actions hold what whoever knows it can act with; addresses carry tokens too. */
const secretField = /(url|token|secret|key|password)$/i
const longestValue = 60

/** What differs between two collections by name, in the order of their names. */
export function namedChanges(
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
): NamedChange[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].toSorted()
  return names.flatMap((name): NamedChange[] => {
    const [old, edited] = [before, after].map((all) => (Object.hasOwn(all, name) ? all[name] : undefined))
    if (old === undefined) return [{ name, change: 'added', fields: [] }]
    if (edited === undefined) return [{ name, change: 'removed', fields: [] }]
    const fields = fieldChanges(old, edited)
    return fields.length === 0 ? [] : [{ name, change: 'changed', fields }]
  })
}

/** Every leaf that differs. */
export function fieldChanges(before: unknown, after: unknown): FieldChange[] {
  const old = leavesOf(before, '')
  const edited = leavesOf(after, '')
  return [...new Set([...old.keys(), ...edited.keys()])].flatMap((path): FieldChange[] => {
    const [from, to] = [old.get(path), edited.get(path)]
    if (from === to) return []
    if (secretField.test(path.replaceAll(/\[\d+\]$/g, ''))) return [{ path, isSecret: true }]
    return [
      {
        path,
        ...(from === undefined ? {} : { before: shortened(from) }),
        ...(to === undefined ? {} : { after: shortened(to) }),
      },
    ]
  })
}

function leavesOf(value: unknown, path: string): Map<string, string> {
  if (typeof value !== 'object' || value === null)
    return new Map(
      value === undefined ? [] : [[path, typeof value === 'string' ? value : canonicalJson(value)]],
    )
  const plain = toJson(value)
  const entries: [string, unknown][] = Array.isArray(plain)
    ? plain.map((item, index) => [`${path}[${index}]`, item])
    : Object.entries(plain ?? {}).map(([key, item]) => [path === '' ? key : `${path}.${key}`, item])
  // What is empty differs from what is not by the entries of the latter.
  if (entries.length === 0) return new Map()
  return new Map(entries.flatMap(([inner, item]) => [...leavesOf(item, inner)]))
}

function shortened(value: string): string {
  const line = value.replaceAll(/\s+/g, ' ')
  return line.length <= longestValue ? line : `${line.slice(0, longestValue).toWellFormed()}…`
}
