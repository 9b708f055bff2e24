import { readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { z } from 'zod'
import type { Configuration } from '../domain/configuration/configuration.ts'
import type { Runbook } from '../domain/investigate/runbook.ts'
import { configurationRuleFindings } from './configuration-rules.ts'
import { configurationReferenceFindings, runbookReferenceFindings } from './cross-references.ts'
import { readYaml, type YamlDocument } from './document.ts'
import { withIncluded } from './include.ts'
import { describeIssue, toFindings } from './messages.ts'
import { onCallWarnings } from './on-call-warnings.ts'
import { onCallRuleFindings } from './on-call-rules.ts'
import { ConfigurationError, type Finding, type Problem, sortProblems } from './problems.ts'
import { unreadableReason } from './reason.ts'
import { deepFreeze, revisionOf } from './revision.ts'
import { readRunbooks, type RunbookFile } from './runbook-file.ts'
import { runbookRuleFindings } from './runbook-rules.ts'
import { configurationSchema, toConfiguration } from './schema/configuration.ts'
import { runbookSchema, toRunbook } from './schema/runbook.ts'
import { itemsOf, under } from './written.ts'

/** Either a configuration or what is wrong with it, everything at once. */
export interface Validation {
  readonly configuration?: Configuration
  readonly problems: readonly Problem[]
  /** What is allowed and hardly meant; of a valid configuration only. Looks through years of schedules, for those who ask. */
  readonly warnings: () => readonly Problem[]
}

/**
 * Reads `firewatch.yaml` and the runbooks it names; plain data, frozen all the way down.
 * @throws {@link ConfigurationError} naming every problem with file, line and path
 */
export async function loadConfiguration(path: string): Promise<Configuration> {
  const { configuration, problems } = await validateConfiguration(path)
  if (configuration === undefined) throw new ConfigurationError(problems)
  return configuration
}

/** Like {@link loadConfiguration}, for those who want the problems as data. Starts nothing and resolves no secret. */
export async function validateConfiguration(path: string): Promise<Validation> {
  const text = await readText(path)
  if (typeof text !== 'string') return { problems: [text], warnings: () => [] }
  const document = await withIncluded(path, readYaml(path, text))
  const written = parse(configurationSchema, document, [
    ...configurationReferenceFindings(document.value),
    ...configurationRuleFindings(document.value),
    ...onCallRuleFindings(document.value),
  ])
  const runbooks = await loadRunbooks(path, document)
  const problems = sortProblems([...written.problems, ...runbooks.problems])
  if (written.data === undefined || problems.length > 0) return { problems, warnings: () => [] }
  const content = toConfiguration(written.data, runbooks.runbooks)
  return {
    configuration: deepFreeze({ revision: revisionOf(content), ...content }),
    problems,
    warnings: () => sortProblems(onCallWarnings(content).map(document.locate)),
  }
}

/** The shape of `firewatch.yaml` as JSON Schema, for editors. */
export function configurationJsonSchema(): object {
  return { ...z.toJSONSchema(configurationSchema, { io: 'input' }), patternProperties: { '^x-': {} } }
}

async function readText(path: string): Promise<string | Problem> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    return { file: path, line: 1, column: 1, path: '', message: `cannot be read: ${unreadableReason(error)}` }
  }
}

interface Parsed<Data> {
  readonly data?: Data
  readonly problems: readonly Problem[]
}

/** Shape and `more` findings together, each at its place. A text that is no YAML is told as that alone. */
function parse<Schema extends z.ZodType>(
  schema: Schema,
  document: YamlDocument,
  more: readonly Finding[],
): Parsed<z.output<Schema>> {
  if (document.value === undefined) return { problems: document.problems }
  const parsed = schema.safeParse(document.value, { error: describeIssue })
  const findings = [...(parsed.success ? [] : toFindings(parsed.error.issues)), ...more]
  const problems = [...document.problems, ...findings.map(document.locate)]
  return parsed.success ? { data: parsed.data, problems } : { problems }
}

interface Runbooks {
  readonly runbooks: readonly Runbook[]
  readonly problems: readonly Problem[]
}

async function loadRunbooks(path: string, configuration: YamlDocument): Promise<Runbooks> {
  const folders = itemsOf(under(configuration.value, 'runbooks'))
  const problems: Problem[] = []
  const files: RunbookFile[] = []
  for (const [index, folder] of folders.entries()) {
    if (typeof folder !== 'string' || folder.trim() === '') continue
    try {
      files.push(...(await readRunbooks(dirname(path), folder)))
    } catch (error) {
      const message = `the runbooks in "${folder}" cannot be read: ${unreadableReason(error)}`
      problems.push(configuration.locate({ path: ['runbooks', index], message }))
    }
  }
  const read = files.map((file) => toRunbookOrProblems(file, configuration.value))
  return {
    runbooks: read.flatMap(({ data }) => data ?? []),
    problems: [...problems, ...read.flatMap((runbook) => runbook.problems), ...namesakes(files)],
  }
}

function toRunbookOrProblems(file: RunbookFile, configuration: unknown): Parsed<Runbook> {
  const { frontMatter } = file
  const { data, problems } = parse(runbookSchema, frontMatter, [
    ...runbookReferenceFindings(frontMatter.value, configuration),
    ...runbookRuleFindings(frontMatter.value),
  ])
  return data === undefined ? { problems } : { data: toRunbook(file, data), problems }
}

/** An incident stores the name of its runbook, so it must lead to one file. */
function namesakes(files: readonly RunbookFile[]): Problem[] {
  return files.flatMap(({ name, file }, index) => {
    const first = files.find((other) => other.name === name)
    if (first === undefined || first === files[index]) return []
    return [
      { file, line: 1, column: 1, path: '', message: `${first.path} has the same name: rename one of them` },
    ]
  })
}
