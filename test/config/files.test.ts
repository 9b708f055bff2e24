import fc from 'fast-check'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { loadConfiguration, validateConfiguration } from '../../src/config/load.ts'
import { formatProblem } from '../../src/config/problems.ts'
import { world } from './world.ts'

const rest = `policies:
  p1: { steps: [{ notify: [ana] }] }
routes:
  - policies: { default: p1 }
`
const people = `users:
  ana: { contacts: [{ channel: webhook, url: 'https://pager.example/ana' }] }
`

/** What is wrong with these files, as people read it, without their folder. */
async function problemsOf(files: Readonly<Record<string, string | Uint8Array>>): Promise<string[]> {
  const folder = await world(files)
  const { problems } = await validateConfiguration(join(folder, 'firewatch.yaml'))
  return problems.map((problem) => formatProblem(problem).replace(`${folder}/`, ''))
}

describe('N46: a merge key', () => {
  const merged = (user: string) => `x-person: &person
  timeZone: Europe/Berlin
  contacts: [{ channel: webhook, url: 'https://pager.example/ana' }]
x-other: &other { timeZone: UTC, role: admin }
users:
${user}${rest}`
  const anaOf = async (user: string) =>
    (await loadConfiguration(join(await world({ 'firewatch.yaml': merged(user) }), 'firewatch.yaml'))).users[
      'ana'
    ]

  it.each([
    ['of one map', '  ana:\n    <<: *person\n    role: admin\n'],
    ['of several, of which the first counts', '  ana:\n    <<: [*person, *other]\n'],
    [
      'behind the keys that it does not change',
      '  ana:\n    timeZone: Europe/Berlin\n    <<: [*other, *person]\n',
    ],
    ['of another person', '  ben: &ben { <<: *person, role: admin }\n  ana: { <<: *ben }\n'],
  ])('brings the keys %s', async (_name, user) => {
    const ana = await anaOf(user)
    expect(ana).toMatchObject({ timeZone: 'Europe/Berlin' })
    expect(ana?.contacts).toHaveLength(1)
  })

  it('leads to a mistake where it was written', async () => {
    const text = `x-person: &person
  timeZone: Nowhere
users:
  ana: { <<: *person, contacts: [] }
${rest}`
    expect(await problemsOf({ 'firewatch.yaml': text })).toContainEqual(
      expect.stringMatching(/^firewatch\.yaml:2:13 users\.ana\.timeZone: /),
    )
  })

  it.each([
    ['nothing', '<<: ~', /^firewatch\.yaml:2:\d+ users\.ana\["<<"\]: << merges a map/],
    ['a text', '<<: person', /^firewatch\.yaml:2:\d+ users\.ana.*<< merges a map/],
    ['a list of numbers', '<<: [1, 2]', /^firewatch\.yaml:2:\d+ users\.ana.*<< merges a map/],
    [
      'an anchor that there is not',
      '<<: *nobody',
      /^firewatch\.yaml:2:14 users\.ana.*there is no anchor &nobody/,
    ],
  ])('that brings %s is told', async (_name, key, problem) => {
    const problems = await problemsOf({ 'firewatch.yaml': `users:\n  ana: { ${key} }\n${rest}` })
    expect(problems).toContainEqual(expect.stringMatching(problem))
  })
})

describe('N46: a file of another YAML', () => {
  it.each(['1.1', '1.0', '1.3'])('%s is told by its line', async (version) => {
    const problems = await problemsOf({ 'firewatch.yaml': `# ours\n%YAML ${version}\n---\n${people}${rest}` })
    expect(problems).toEqual([expect.stringMatching(/^firewatch\.yaml:2:[17]: .*YAML/)])
  })

  it('is taken when it says 1.2', async () => {
    expect(await problemsOf({ 'firewatch.yaml': `%YAML 1.2\n---\n${people}${rest}` })).toEqual([])
  })
})

describe('N46: what YAML has and a configuration cannot', () => {
  it.each([
    ['teams: { __proto__: { members: [ana] } }', /:10 .*"__proto__" is a reserved word/],
    ['services: { shop: {}, "__proto__": {} }', /:23 .*"__proto__" is a reserved word/],
    ['teams: { ? { a: 1 } : { members: [ana] } }', /:12 .*a key is text, not a map or a list/],
    ['teams: { ? [ana, ben] : { members: [ana] } }', /:12 .*a key is text, not a map or a list/],
    ['teams: !!omap [a: { members: [ana] }]', /!!omap is a type of YAML 1\.1/],
    ['timeZone: !!binary VVRD', /!!binary is a type of YAML 1\.1/],
    ['x-all: !!set { a, b }', /!!set is a type of YAML 1\.1/],
    ['x-all: &all { one: *all }', /:20 .*\*all stands inside of what it stands for/],
    ['x-all: &all\n  <<: *all', /:7 .*\*all stands inside of what it stands for/],
    ['---\nteams: {}', /:1: a second document begins here: keep one, and remove the line "---"/],
  ])('N46: %j is told where it stands', async (more, problem) => {
    const emitted = vi.spyOn(process, 'emitWarning')
    const problems = await problemsOf({ 'firewatch.yaml': `${people}${rest}${more}\n` })
    expect(problems).toContainEqual(expect.stringMatching(problem))
    expect(problems.join()).not.toMatch(/Symbol|parseAllDocuments|not readable/)
    expect(emitted).not.toHaveBeenCalled()
  })

  it('N46: aliases that multiply are told from the first of them', async () => {
    const ten = (name: string) => `[${Array.from({ length: 10 }, () => `*${name}`).join(', ')}]`
    const bomb = `x-a: &a [1, 2]\nx-b: &b ${ten('a')}\nx-c: &c ${ten('b')}\nx-d: &d ${ten('c')}\nx-e: ${ten('d')}\n`
    expect(await problemsOf({ 'firewatch.yaml': `${bomb}${people}${rest}` })).toEqual([
      expect.stringMatching(/^firewatch\.yaml:2:10: from here on, what aliases .* more than 1000 entries/),
    ])
  })
})

describe('N46: text that no store can hold', () => {
  const runbook = (title: string, prose: string) => `---\ntitle: ${title}\nservices: [shop]\n---\n${prose}\n`

  it.each([
    ['half a pair in a title', '"down \\ud83d"', 'half of a surrogate pair'],
    ['the other half', '"\\udd25 down"', 'half of a surrogate pair'],
    ['U+0000', '"down \\0"', 'U+0000'],
    ['U+0000 by its number', '"down \\x00"', 'U+0000'],
  ])('%s is told where it stands', async (_name, title, message) => {
    const text = `${people.replace('{ contacts', `{ title: ${title}, contacts`)}${rest}`
    expect(await problemsOf({ 'firewatch.yaml': text })).toEqual([
      expect.stringMatching(/^firewatch\.yaml:2:17 users\.ana\.title: has /),
    ])
    expect((await problemsOf({ 'firewatch.yaml': text }))[0]).toContain(message)
  })

  it('is told of SQL, of a key, of an included file, and of a runbook', async () => {
    const problems = await problemsOf({
      'firewatch.yaml': `include: [more.yaml]
${people}${rest}runbooks: [runbooks]
`,
      'more.yaml': `sources:
  shop: { table: shop.orders, timeColumn: time }
metrics:
  orders: { source: shop, kind: count, sql: "count() -- \\0" }
  "lo\\ud800st": { source: shop, kind: count, sql: count() }
`,
      'runbooks/shop.md': runbook('"\\ud83d"', 'Look.'),
      'runbooks/zeros.md': runbook('Zeros', 'Look\nhere: \0'),
    })
    expect(problems).toContainEqual(expect.stringMatching(/^more\.yaml:4:45 metrics\.orders\.sql: .*U\+0000/))
    expect(problems).toContainEqual(expect.stringMatching(/^more\.yaml:5:3 metrics\[.*\]: .*surrogate pair/))
    expect(problems).toContainEqual(expect.stringMatching(/^runbooks\/shop\.md:2:8 title: .*surrogate pair/))
    expect(problems).toContainEqual(expect.stringMatching(/^runbooks\/zeros\.md:6:1: .*U\+0000/))
  })

  it.each([
    ['Latin-1', Buffer.from(`# Schlüssel\n${people}${rest}`, 'latin1'), 1],
    ['UTF-16', Buffer.from(`\ufeff${people}${rest}`, 'utf16le'), 1],
    ['a byte that is cut off', Buffer.concat([Buffer.from(`${people}${rest}# `), Buffer.from([0xc3])]), 7],
  ])('a file of %s is told as that', async (_name, bytes, line) => {
    expect(await problemsOf({ 'firewatch.yaml': bytes })).toEqual([
      expect.stringMatching(new RegExp(`^firewatch\\.yaml:${line}:\\d+: is not UTF-8 text`)),
    ])
  })

  it('takes a byte order mark and Windows line ends', async () => {
    const text = `\ufeff${people}${rest}`.replaceAll('\n', '\r\n')
    expect(await problemsOf({ 'firewatch.yaml': text })).toEqual([])
  })

  it('never throws, whatever title a person has', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary' }), async (title) => {
        const written = JSON.stringify(title)
        const text = `${people.replace('{ contacts', `{ title: ${written}, contacts`)}${rest}`
        const problems = await problemsOf({ 'firewatch.yaml': text })
        const storable = title.isWellFormed() && !title.includes('\0') && !title.includes('\ufffd')
        if (storable && title.trim() !== '') expect(problems).toEqual([])
        else expect(problems).not.toEqual([])
      }),
      { numRuns: 60 },
    )
  })
})
