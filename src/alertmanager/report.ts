/** How far a part of the file could be taken over. */
export type Extent = 'full' | 'partly' | 'not'

export interface ReportEntry {
  readonly extent: Extent
  /** Where it stands in Alertmanager's file: `receivers[2].slack_configs[0]`. */
  readonly path: string
  /** What became of it, and what to do. Never a value that may be a secret. */
  readonly text: string
}

/** A secret or an address that has to be filled in before Firewatch starts. */
export interface Variable {
  readonly name: string
  readonly meaning: string
}

/** Collects what is told of an import. */
export interface Report {
  readonly entries: ReportEntry[]
  readonly variables: Variable[]
  full(path: string, text: string): void
  partly(path: string, text: string): void
  not(path: string, text: string): void
  /** A reference to a variable of its own, named after what it is for. */
  reference(wanted: string, meaning: string): string
}

export function createReport(): Report {
  const entries: ReportEntry[] = []
  const variables: Variable[] = []
  const add = (extent: Extent) => (path: string, text: string) => void entries.push({ extent, path, text })
  return {
    entries,
    variables,
    full: add('full'),
    partly: add('partly'),
    not: add('not'),
    reference(wanted, meaning) {
      const base = wanted
        .toUpperCase()
        .replaceAll(/[^A-Z0-9]+/g, '_')
        .replace(/^(?=\d)/, '_')
      const name = unused(base, (one) => variables.some((variable) => variable.name === one), '_')
      variables.push({ name, meaning })
      return `\${env:${name}}`
    },
  }
}

/** The name, or the first of `name-2`, `name-3` … that is free. */
export function unused(name: string, isTaken: (name: string) => boolean, joint = '-'): string {
  for (let number = 1; ; number++) {
    const candidate = number === 1 ? name : `${name}${joint}${number}`
    if (!isTaken(candidate)) return candidate
  }
}

const longestName = 50

/** A foreign name as names are in `firewatch.yaml`. Short enough for a number or a kind behind it. */
export function nameFrom(foreign: string): string {
  const plain = foreign
    .normalize('NFKD')
    .replaceAll(/[^A-Za-z0-9_-]+/g, '-')
    .replaceAll(/^[^A-Za-z]+|-+$/g, '')
    .slice(0, longestName)
  return plain === '' || plain in {} ? `receiver${plain === '' ? '' : `-${plain}`}` : plain
}
