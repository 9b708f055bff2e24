import type { Path } from './written.ts'

/** A mistake in a file, where a person finds it. Lines and columns count from 1. */
export interface Problem {
  readonly file: string
  readonly line: number
  readonly column: number
  /** Dotted, such as `checks.feed-activity.metrics[2]`; empty when the file as a whole is meant. */
  readonly path: string
  readonly message: string
}

/** A mistake before its place in the text is looked up. */
export interface Finding {
  readonly path: Path
  readonly message: string
  /** Points at the key itself instead of what stands behind it. */
  readonly at?: 'key'
}

/** Thrown when a configuration is not valid; its message lists every problem, one a line. */
export class ConfigurationError extends Error {
  readonly problems: readonly Problem[]

  constructor(problems: readonly Problem[]) {
    super(formatProblems(problems))
    this.name = 'ConfigurationError'
    this.problems = problems
  }
}

/** `firewatch.yaml:14:9 checks.feed.metrics[2]: no metric "lkes"; did you mean "likes"?` */
export function formatProblem({ file, line, column, path, message }: Problem): string {
  const where = `${file}:${line}:${column}`
  return path === '' ? `${where}: ${message}` : `${where} ${path}: ${message}`
}

/** A headline, which also says what became of it, and one line per problem. */
export function formatProblems(problems: readonly Problem[], outcome = 'nothing was started'): string {
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`
  return [`The configuration has ${count}; ${outcome}.`, ...problems.map(formatProblem)].join('\n')
}

/** Files in the order in which they were first seen, then by position. */
export function sortProblems(problems: readonly Problem[]): Problem[] {
  const files = [...new Set(problems.map(({ file }) => file))]
  return problems.toSorted(
    (a, b) => files.indexOf(a.file) - files.indexOf(b.file) || a.line - b.line || a.column - b.column,
  )
}

const plainKey = /^[\w-]+$/

/** `['checks', 'feed', 'metrics', 2]` as `checks.feed.metrics[2]`; keys that would be misread stand in `["…"]`. */
export function formatPath(path: Path): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`
    if (!plainKey.test(step)) return `${text}[${JSON.stringify(step)}]`
    return text === '' ? step : `${text}.${step}`
  }, '')
}
