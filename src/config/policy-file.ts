import { readFile } from 'node:fs/promises'
import type { EscalationPolicy } from '../domain/configuration/escalation-policy.ts'
import { readYaml } from './document.ts'
import { describeIssue, toFindings } from './messages.ts'
import { ConfigurationError, type Problem } from './problems.ts'
import { unreadableReason } from './reason.ts'
import { policySchema, toPolicy } from './schema/policies.ts'
import { entriesOf, under } from './written.ts'

/**
 * A policy to be tried: the only one of the file, or the one of that name. The file has what `policies` has in the configuration, with or
 * without that key above it, so a whole configuration will do.
 * @throws ConfigurationError with file, line and path
 */
export async function readPolicyFile(path: string, name: string | undefined): Promise<EscalationPolicy> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new ConfigurationError([atTop(path, `cannot be read: ${unreadableReason(error)}`)])
  })
  const document = readYaml(path, text)
  if (document.value === undefined) throw new ConfigurationError(document.problems)
  const isWhole = under(document.value, 'policies') !== undefined
  const policies = entriesOf(isWhole ? under(document.value, 'policies') : document.value)
  const found =
    name === undefined && policies.length === 1 ? policies[0] : policies.find(([one]) => one === name)
  if (found === undefined) throw new ConfigurationError([atTop(path, whichOne(policies, name))])
  const parsed = policySchema.safeParse(found[1], { error: describeIssue })
  const above = isWhole ? ['policies', found[0]] : [found[0]]
  const findings = parsed.success
    ? []
    : toFindings(parsed.error.issues).map((one) => ({ ...one, path: [...above, ...one.path] }))
  const problems = [...document.problems, ...findings.map(document.locate)]
  if (!parsed.success || problems.length > 0) throw new ConfigurationError(problems)
  return toPolicy(found[0], parsed.data)
}

function whichOne(policies: readonly (readonly [string, unknown])[], name: string | undefined): string {
  const names = policies.map(([one]) => one).join(', ')
  if (names === '')
    return 'expected a map with a policy by its name, such as "p1: { steps: [{ notify: [ana] }] }"'
  if (name === undefined) return `has several policies: say --policy-name, one of ${names}`
  return `has no policy "${name}"; there is ${names}`
}

function atTop(file: string, message: string): Problem {
  return { file, line: 1, column: 1, path: '', message }
}
