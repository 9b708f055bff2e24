import { readFile } from 'node:fs/promises'
import { relative } from 'node:path'
import { describe, expect, it } from 'vitest'
import { validateConfiguration } from '../../src/config/load.ts'
import { formatProblem } from '../../src/config/problems.ts'
import { world } from './world.ts'

type Mistake = readonly [fixture: string, about: string, problems: readonly string[]]

/** What is said of each fixture under `fixtures/runbooks`, word by word, from the line on. */
const mistakes: readonly Mistake[] = [
  [
    'actions',
    'action items',
    [
      '7:29 actions[0].cause: no cause "rot"; did you mean "root"?',
      '7:71 actions[0].owner: no user or role "bob"; there is ana, viewer, responder, admin',
      '8:5 actions[1].doneWhen: is required',
      '8:13 actions[1].type: expected one of prevent, detect, mitigate, process',
    ],
  ],
  [
    'causes',
    'causes and their tests',
    [
      '9:60 causes[0].parent: no cause "rooot"; did you mean "root"?',
      '10:57 causes[1].parent: the parents go round in a circle: a → b → a',
      '12:65 causes[3].parent: "root" belongs to the problem "occurred", this one to "detected-late"',
      '13:71 causes[4].test.evidence: no evidence query "splt"; did you mean "split"?',
      '14:75 causes[5].test.remediation: no action on the ladder "flush"; there is restart',
      '15:93 causes[6].test.op: expected one of <, <=, >, >=, ==; did you mean "<"?',
      '16:11 causes[7].id: "late" stands twice in this list: entry 3 has it already',
    ],
  ],
  [
    'duplicate-key',
    'a key that stands twice',
    ['4:1 title: this key stands twice in the same map; keep one'],
  ],
  [
    'evidence-sql',
    'queries that write, end twice or name unknown parameters',
    [
      '5:37 evidence[0].sql: must begin with SELECT or WITH: evidence only reads',
      '6:35 evidence[1].sql: must not hold ";": one statement only',
      '7:41 evidence[2].sql: must not say FORMAT or INTO OUTFILE: Firewatch asks for the format it reads',
      '10:10 evidence[3].sql: no parameter "form"; bound are from, to, dayFrom, dayTo, weekFrom, weekTo, bucketSeconds',
      '10:10 evidence[3].sql: parameter "to" is a DateTime, not a String',
      '13:13 evidence[4].name: "two" stands twice in this list: entry 1 has it already',
    ],
  ],
  [
    'ladder',
    'rungs that nothing can carry out or verify',
    [
      '5:15 remediation[0].action: no action "restrat" of target "feed-service"; did you mean "restart"?',
      '6:32 remediation[1].target: no target "feed-servise"; did you mean "feed-service"?',
      '7:15 remediation[2].action: "restart" stands twice in this list: entry 1 has it already',
      '7:54 remediation[2].verify: 4 good of 3 samples can never be reached',
    ],
  ],
  [
    'no-front-matter',
    'a file without front matter',
    ['1:1: must begin with a line "---" and its front matter'],
  ],
  ['not-closed', 'front matter without an end', ['1:1: the front matter is not closed by a line "---"']],
  [
    'shape',
    'shapes',
    [
      '2:1 title: is required',
      '2:1 titel: unknown key "titel"; did you mean "title"?',
      '3:21 match.alertname: expected a list of values, such as [one]',
      '5:11 causes[0].id: "a b" is not a name: letters, digits, "-" and "_", beginning with a letter, at most 63 characters',
      '5:25 causes[0].problem: expected one of occurred, detected-late, mitigated-slowly, impact-spread; did you mean "occurred"?',
      '5:41 causes[0].claim: must not be empty',
    ],
  ],
  [
    'syntax',
    'a text that is not YAML',
    [
      '4:1: not valid YAML: Flow sequence in block collection must be sufficiently indented and end with a ]',
      '4:1: not valid YAML: Flow map in block collection must be sufficiently indented and end with a }',
    ],
  ],
]

const valid = await fixture('valid.yaml')

function fixture(path: string): Promise<string> {
  return readFile(new URL(`fixtures/${path}`, import.meta.url), 'utf8')
}

async function problemsOf(files: Readonly<Record<string, string>>): Promise<string[]> {
  const folder = await world(files)
  const { problems } = await validateConfiguration(`${folder}/firewatch.yaml`)
  return problems.map((problem) => formatProblem({ ...problem, file: relative(folder, problem.file) }))
}

describe('a runbook with mistakes', () => {
  it.each(mistakes)('%s: %s', async (name, _about, expected) => {
    const files = {
      'firewatch.yaml': `${valid}runbooks: [runbooks]\n`,
      'runbooks/feed.md': await fixture(`runbooks/${name}/feed.md`),
    }
    expect(await problemsOf(files)).toEqual(expected.map((line) => `runbooks/feed.md:${line}`))
  })

  it('is told about when another one has its name', async () => {
    const runbook = '---\ntitle: Feed\nmatch: { alertname: [feed] }\n---\n'
    const files = {
      'firewatch.yaml': `${valid}runbooks: [a, b]\n`,
      'a/feed.md': runbook,
      'b/feed.md': runbook,
    }
    expect(await problemsOf(files)).toEqual([
      'b/feed.md:1:1: a/feed.md has the same name: rename one of them',
    ])
  })

  it('is told about even when the configuration around it cannot say what exists', async () => {
    const files = {
      'firewatch.yaml': `${valid.replace(/targets:[^]*/, 'targets: []\n')}runbooks: [runbooks]\n`,
      'runbooks/feed.md': '---\ntitle: Feed\nremediation: [{ action: restart, target: feed-service }]\n---\n',
    }
    expect(await problemsOf(files)).toEqual([
      'firewatch.yaml:6:10 targets: expected a map of keys and values, got a list',
      'runbooks/feed.md:2:1 match: is required',
    ])
  })
})
