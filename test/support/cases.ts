import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

/** An example that was given: the input, and what must come of it. */
export interface Case<Input = Fields, Expected = Fields> {
  readonly id: string
  readonly area?: string
  readonly title: string
  readonly input: Input
  readonly expected: Expected
}

export type Fields = Readonly<Record<string, unknown>>

/** Where the cases lie: `FIREWATCH_CASES` names another directory with files of the same names. */
export const casesDirectory =
  process.env.FIREWATCH_CASES ?? fileURLToPath(new URL('../cases', import.meta.url))

/** Every reader's file, and its area where a file has several. What is read must stand here: it is how a run that ran nothing is seen. */
export const readers = [
  { file: 'on-call', area: 'rotation' },
  { file: 'on-call', area: 'window' },
  { file: 'on-call', area: 'override' },
  { file: 'on-call', area: 'layers' },
  { file: 'on-call', area: 'interval' },
  { file: 'on-call', area: 'inhibit' },
  { file: 'on-call', area: 'dedup' },
  { file: 'on-call', area: 'grouping' },
  { file: 'on-call', area: 'escalation' },
  { file: 'on-call', area: 'delivery' },
  { file: 'on-call', area: 'heartbeat' },
  { file: 'post-mortems' },
] as const satisfies readonly { file: string; area?: string }[]

export type CaseFile = (typeof readers)[number]['file']

/** The cases of a file; none when the directory has no such file. */
export function readCases<C extends { readonly id: string }>(file: CaseFile): readonly C[] {
  const path = join(casesDirectory, `${file}.json`)
  if (!existsSync(path)) return []
  const { cases } = JSON.parse(readFileSync(path, 'utf8')) as { readonly cases?: readonly C[] }
  if (cases === undefined) throw new Error(`${path} has no "cases"`)
  return cases
}

/**
 * One test per case of an area, named by id and title. `check` gets the input and an `Expectation`, from which it takes every field it
 * knows: a case whose expectation is not wholly understood fails, and so does one of which nothing was checked. `leaves` says of what is for
 * another reader why; it is shown as skipped.
 */
export function describeCases(
  file: CaseFile,
  area: string,
  check: (input: Fields, expectation: Expectation, given: Case) => void | Promise<void>,
  { leaves = () => undefined }: { readonly leaves?: (input: Fields) => string | undefined } = {},
): void {
  if (!readers.some((reader) => reader.file === file && 'area' in reader && reader.area === area))
    throw new Error(`${file}.json, area "${area}": name it among the readers in test/support/cases.ts`)
  const cases = readCases<Case>(file).filter((candidate) => candidate.area === area)
  describe(`cases of ${file}.json: ${area}`, () => {
    if (cases.length === 0) it.skip('has none in this directory')
    for (const given of cases) {
      const left = leaves(given.input)
      if (left !== undefined) it.skip(`${given.id} ${given.title}: ${left}`)
      else
        it(`${given.id} ${given.title}`, async () => {
          const expectation = new Expectation(given.expected)
          await check(given.input, expectation, given)
          expectation.finish()
        })
    }
  })
}

/** The expected fields of a case, each to be taken by whoever checks it. */
export class Expectation {
  readonly #fields: Fields
  readonly #taken = new Set<string>()

  constructor(fields: Fields) {
    this.#fields = fields
  }

  has(name: string): boolean {
    return Object.hasOwn(this.#fields, name)
  }

  /** Gives the expected value to `check` when the case has the field. */
  field(name: string, check: (expected: unknown) => void): void {
    if (!this.has(name)) return
    this.#taken.add(name)
    check(this.#fields[name])
  }

  /** The value of a field that is being checked, for those that need more than one. */
  take(name: string): unknown {
    if (this.has(name)) this.#taken.add(name)
    return this.#fields[name]
  }

  /** A value that decides how the story is told; whoever checks it takes it. */
  peek(name: string): unknown {
    return this.#fields[name]
  }

  /** The names nobody has taken yet. */
  left(): string[] {
    return Object.keys(this.#fields).filter((name) => !this.#taken.has(name))
  }

  finish(): void {
    expect(this.left(), 'expected fields that the reader does not understand').toEqual([])
    expect(this.#taken.size, 'expected fields that were checked').toBeGreaterThan(0)
  }
}

/** Cases write one value where others have a list. */
export function listOf<T = unknown>(value: unknown): readonly T[] {
  if (value === undefined || value === null) return []
  return (Array.isArray(value) ? value : [value]) as readonly T[]
}

/** A field that has to be words or a number, as text. */
export function textOf(value: unknown, otherwise?: string): string {
  const given = value ?? otherwise
  if (typeof given === 'string' || typeof given === 'number') return `${given}`
  throw new Error(`${JSON.stringify(value)} stands where words or a number are expected`)
}
