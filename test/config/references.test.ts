import { execFileSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ConfigurationError } from '../../src/config/problems.ts'
import {
  countReferences,
  loadRunnableConfiguration,
  unreadableReferences,
} from '../../src/config/references.ts'

let folder: string
let path: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'firewatch-references-'))
  path = join(folder, 'firewatch.yaml')
  await writeFile(join(folder, 'key'), 'k3y\n')
  await writeFile(
    join(folder, 'people.yaml'),
    `users:
  cy: { title: 'writes \${env:PROSE} in her title', contacts: [{ channel: webhook, url: '\${env:CY_URL}' }] }
`,
  )
  await writeFile(
    path,
    `include: [people.yaml] # \${env:COMMENT}
users:
  ana:
    contacts:
      - { channel: webhook, url: 'https://\${env:HOST}/\${env:PATH_OF_ANA}', secret: '\${file:${folder}/key}' }
      - { channel: pagerduty, routingKey: '\${env:ANA_KEY}' }
  ben: { contacts: &shared [{ channel: webhook, url: '\${env:HOST}' }] }
  dee: { contacts: *shared }
policies:
  p: { steps: [{ notify: [ana, ben, cy, dee], ackTimeout: 5m }] }
routes:
  - { policies: { default: p } }
heartbeat: { url: '\${file:${folder}/none}' }
`,
  )
})
afterAll(() => rm(folder, { recursive: true }))

const placesIn = async (env: NodeJS.ProcessEnv) =>
  (await unreadableReferences(path, env)).map(
    ({ file, line, path: at, message }) => `${file.slice(folder.length + 1)}:${line} ${at} ${message}`,
  )

test('N20 every reference that cannot be read is told at once, with file, line and what to do', async () => {
  const notSet = 'this environment variable is not set; set it before Firewatch starts'
  expect(await placesIn({ ANA_KEY: '' })).toEqual([
    `people.yaml:2 users.cy.contacts[0].url \${env:CY_URL}: ${notSet}`,
    `firewatch.yaml:5 users.ana.contacts[0].url \${env:HOST}: ${notSet}`,
    `firewatch.yaml:5 users.ana.contacts[0].url \${env:PATH_OF_ANA}: ${notSet}`,
    'firewatch.yaml:6 users.ana.contacts[1].routingKey ${env:ANA_KEY}: this environment variable is empty; give it its value',
    `firewatch.yaml:7 users.ben.contacts[0].url \${env:HOST}: ${notSet}`,
    `firewatch.yaml:13 heartbeat.url \${file:${folder}/none}: this file cannot be read (ENOENT); put it there, for the user who runs Firewatch to read`,
  ])
  expect(await countReferences(path)).toBe(6)
})

test('N20 what runs does not start without them, and starts with them', async () => {
  const env = { HOST: 'http://h', PATH_OF_ANA: 'p', ANA_KEY: 'k', CY_URL: 'http://u' }
  await expect(loadRunnableConfiguration(path, env)).rejects.toThrow(ConfigurationError)
  await writeFile(join(folder, 'none'), 'https://watchdog.example/x\n')
  expect(Object.keys((await loadRunnableConfiguration(path, env)).users)).toEqual(['cy', 'ana', 'ben', 'dee'])
})

test('a secret in what is no file is told, and not waited for', async () => {
  const pipe = join(folder, 'pipe')
  execFileSync('mkfifo', [pipe])
  const file = join(folder, 'no-files.yaml')
  const contact = (reference: string) => `{ channel: pagerduty, routingKey: '\${file:${reference}}' }`
  await writeFile(
    file,
    `users: { ana: { contacts: [${contact(pipe)}, ${contact('/dev/zero')}, ${contact(folder)}] } }
policies: { p: { steps: [{ notify: [ana], ackTimeout: 5m }] } }
routes: [{ policies: { default: p } }]
`,
  )
  const reasons = (await unreadableReferences(file, {})).map(({ message }) => message.split(';')[0])
  expect(reasons).toEqual([
    `\${file:${pipe}}: this file cannot be read (it is a pipe, a socket or a device)`,
    '${file:/dev/zero}: this file cannot be read (it is a pipe, a socket or a device)',
    `\${file:${folder}}: this file cannot be read (EISDIR)`,
  ])
})

test('N46: what comes to no address is told without telling it, also of people whose section has a name of prose', async () => {
  const file = join(folder, 'addresses.yaml')
  await writeFile(
    file,
    `users:
  title: { contacts: [{ channel: webhook, url: '\${env:ANA}' }, { channel: telegram, chatId: '1', token: '\${env:TOKEN}', apiUrl: '\${env:API}/v1' }] }
policies: { p: { steps: [{ notify: [title], ackTimeout: 5m }] } }
routes: [{ policies: { default: p } }]
integrations: { email: { url: '\${env:MAIL}', from: fw@example.org } }
`,
  )
  const places = async (env: NodeJS.ProcessEnv) =>
    (await unreadableReferences(file, env)).map(({ path: at, message }) => `${at} ${message}`)
  const mail = { MAIL: 'smtps://user:pw@mail.example:465', TOKEN: '1:a' }
  const [first = '', ...more] = await places({
    ANA: 'pager.example/s3cret',
    API: 'https://api.example',
    ...mail,
  })
  expect(first).toBe(
    'users.title.contacts[0].url ${env:ANA}: its value is not an address; one begins with http:// or https://',
  )
  expect(more).toEqual([])
  expect(await places({ ANA: 'http://a', API: 'ftp://api', ...mail })).toEqual([
    expect.stringContaining('contacts[1].apiUrl ${env:API}/v1: its value is not an address'),
  ])
})
