import { chmod, chown, cp, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import pg from 'pg'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { SupervisedProcess } from '../../src/embedded/supervised-process.ts'
import { choosePorts } from '../../src/embedded/ports.ts'
import { postgresAccount } from '../../src/embedded/postgres-account.ts'
import { postgresBinaries } from '../../src/embedded/postgres-cluster.ts'
import { ensureDatabase, supervisePostgres } from '../../src/embedded/postgres-server.ts'

const isRoot = process.getuid?.() === 0

/** A temporary directory, which nobody but its owner may enter. */
let closed: string
let servers: SupervisedProcess[]

beforeEach(async () => {
  closed = await mkdtemp(join(tmpdir(), 'firewatch-account-'))
  servers = []
})

// What still runs would write into what is being removed.
afterEach(async () => {
  await Promise.all(servers.map((one) => one.stop()))
  await rm(closed, { recursive: true })
})

async function serve(dataDir: string, binaries = postgresBinaries()): Promise<string> {
  await mkdir(dataDir, { recursive: true, mode: 0o711 })
  const { postgres: port } = await choosePorts(dataDir)
  const env = { PATH: process.env['PATH'] }
  const { process: server, url } = await supervisePostgres({
    dataDir,
    env,
    port,
    binaries,
    log: () => undefined,
    onGivenUp: () => undefined,
  })
  servers.push(server)
  await server.whenReady()
  await ensureDatabase(url)
  return url
}

async function currentDatabase(url: string): Promise<string> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query<{ name: string }>('SELECT current_database() AS name')).rows[0]?.name ?? ''
  } finally {
    await client.end()
  }
}

const program = join(postgresBinaries(), 'postgres')

if (isRoot) describe('root', rootTests)
else test('an ordinary user runs PostgreSQL as himself', ordinaryUserTest)

function rootTests(): void {
  test('runs PostgreSQL as another user, without more rights, where that one can reach everything', async () => {
    await chmod(closed, 0o711)

    const account = await postgresAccount(program, join(closed, 'postgres'))

    expect(account).toMatchObject({ switchUser: true, prefix: [] })
    expect(account.owner?.uid).toBeGreaterThan(0)
    expect(await currentDatabase(await serve(closed))).toBe('firewatch')
    expect((await stat(join(closed, 'postgres'))).uid).toBe(account.owner?.uid)
  })

  test('runs PostgreSQL on data below a directory that nobody else may enter', async () => {
    const account = await postgresAccount(program, join(closed, 'postgres'))
    expect(account.switchUser).toBe(false)
    expect(account.prefix).toContain('--clear-groups')

    expect(await currentDatabase(await serve(join(closed, 'data')))).toBe('firewatch')
  })

  test('runs PostgreSQL from binaries below a directory that nobody else may enter', async () => {
    const native = join(closed, 'native')
    await cp(dirname(postgresBinaries()), native, { recursive: true, verbatimSymlinks: true })

    expect(await currentDatabase(await serve(join(closed, 'data'), join(native, 'bin')))).toBe('firewatch')
  })

  test('serves a cluster as the user who made it', async () => {
    const cluster = join(closed, 'postgres')
    await mkdir(cluster)
    await chown(cluster, 12_345, 12_345)

    expect((await postgresAccount(program, cluster)).owner).toEqual({ uid: 12_345, gid: 12_345 })
  })

  test('is told what to do when nothing reaches the data', async () => {
    const nowhere = join(closed, 'absent', 'postgres')
    await expect(postgresAccount(program, nowhere)).rejects.toThrow(
      /cannot reach .* run Firewatch as an ordinary/,
    )
  })
}

async function ordinaryUserTest(): Promise<void> {
  expect(await postgresAccount(program, join(closed, 'postgres'))).toEqual({ switchUser: false, prefix: [] })
  expect(await currentDatabase(await serve(join(closed, 'data')))).toBe('firewatch')
}

test('a pid file of a crashed server whose pid somebody else has now does not keep it from starting', async () => {
  const dataDir = join(closed, 'data')
  await serveOnce(dataDir)
  const path = join(dataDir, 'postgres', 'postmaster.pid')
  await writeFile(path, `${process.pid}\n${join(dataDir, 'postgres')}\n1\n5432\n\n\n`)
  const { uid, gid } = await stat(join(dataDir, 'postgres'))
  await chown(path, uid, gid)

  expect(await currentDatabase(await serve(dataDir))).toBe('firewatch')
  expect(await readFile(path, 'utf8')).not.toContain(`${process.pid}\n`)
})

test('a cluster without its password is not replaced', async () => {
  const dataDir = join(closed, 'data')
  await serveOnce(dataDir)
  await rm(join(dataDir, 'postgres.password'))

  await expect(serve(dataDir)).rejects.toThrow('postgres.password is missing')
})

test('an initialisation that was cut off is begun again', async () => {
  const dataDir = join(closed, 'data')
  await mkdir(join(dataDir, 'postgres.new', 'base'), { recursive: true })

  expect(await currentDatabase(await serve(dataDir))).toBe('firewatch')
})

/** Makes a cluster, and leaves it behind as a stopped server does. */
async function serveOnce(dataDir: string): Promise<void> {
  await mkdir(dataDir, { recursive: true, mode: 0o711 })
  const { postgres: port } = await choosePorts(dataDir)
  const { process: server } = await supervisePostgres({
    dataDir,
    env: { PATH: process.env['PATH'] },
    port,
    log: () => undefined,
    onGivenUp: () => undefined,
  })
  await server.whenReady()
  await server.stop()
}
