import { execFile } from 'node:child_process'
import { stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { promisify } from 'node:util'

const execute = promisify(execFile)

/** As whom PostgreSQL runs, and the program before its command that arranges it. */
export interface PostgresAccount {
  /** Who owns the cluster's files; absent when that is simply the user who runs Firewatch. */
  owner?: { uid: number; gid: number }
  /** Become the owner when starting; not when `prefix` does that. */
  switchUser: boolean
  prefix: readonly string[]
}

/** Users that a system may have for this, best first. */
const CANDIDATES = ['postgres', 'nobody']

/**
 * Either lets its holder pass through any directory. The first allows least (no writing); containers are usually
 * given only the second.
 */
const PASSING_CAPABILITIES = ['dac_read_search', 'dac_override']

/** Can this user run the program `$1` and enter the directory `$2`? */
const REACHES = 'test -r "$1" && test -x "$1" && cd "$2"'

/**
 * PostgreSQL refuses to run as root. So root runs it as another user; when that user cannot reach the program or the
 * data, as below `/root` or a temporary directory, with root's right to pass through directories and no other.
 *
 * @param program the server's binary
 * @param clusterDir of the cluster; need not exist, its parent must
 */
export async function postgresAccount(program: string, clusterDir: string): Promise<PostgresAccount> {
  const runAs = process.getuid?.()
  const clusterOwner = await ownerOf(clusterDir)
  if (runAs !== 0) {
    if (clusterOwner !== undefined && clusterOwner.uid !== runAs)
      throw new Error(
        `${clusterDir} belongs to user ${clusterOwner.uid} and this is user ${runAs}: run Firewatch as that user or as root, or choose another data directory`,
      )
    return { switchUser: false, prefix: [] }
  }
  const owner = clusterOwner !== undefined && clusterOwner.uid !== 0 ? clusterOwner : await findUser()
  const parent = dirname(clusterDir)
  if (await succeeds('/bin/sh', ['-c', REACHES, 'sh', program, parent], owner))
    return { owner, switchUser: true, prefix: [] }
  for (const capability of PASSING_CAPABILITIES) {
    const [setpriv, ...args] = passingThrough(owner, capability)
    if (await succeeds(setpriv, [...args, '/bin/sh', '-c', REACHES, 'sh', program, parent]))
      return { owner, switchUser: false, prefix: [setpriv, ...args] }
  }
  throw new Error(
    `PostgreSQL does not run as root, and user ${owner.uid} cannot reach ${program} or ${parent}: run Firewatch as an ordinary user, or keep both below directories that everyone may enter, or install setpriv (util-linux), or set DATABASE_URL to a running server`,
  )
}

/**
 * Without `no_setuid_fixup` the kernel would ignore the capability in access(2), by which PostgreSQL looks at its
 * own program.
 */
function passingThrough(owner: { uid: number; gid: number }, capability: string): [string, ...string[]] {
  return [
    'setpriv',
    `--reuid=${owner.uid}`,
    `--regid=${owner.gid}`,
    '--clear-groups',
    `--inh-caps=+${capability}`,
    `--ambient-caps=+${capability}`,
    '--securebits=+no_setuid_fixup',
  ]
}

async function findUser(): Promise<{ uid: number; gid: number }> {
  for (const name of CANDIDATES) {
    const uid = await idOf('-u', name)
    const gid = await idOf('-g', name)
    if (uid !== undefined && gid !== undefined) return { uid, gid }
  }
  throw new Error(
    `PostgreSQL does not run as root, and there is no user ${CANDIDATES.join(' or ')} to run it as: run Firewatch as an ordinary user, or set DATABASE_URL to a running server`,
  )
}

async function idOf(which: '-u' | '-g', name: string): Promise<number | undefined> {
  try {
    return Number.parseInt((await execute('id', [which, name])).stdout, 10)
  } catch {
    // `id` fails for a user that does not exist.
    return undefined
  }
}

async function succeeds(
  command: string,
  args: readonly string[],
  user?: { uid: number; gid: number },
): Promise<boolean> {
  try {
    await execute(command, args, { ...user, cwd: '/' })
    return true
  } catch {
    // Not reached, not allowed or not installed: the next way is tried, and the last failure has its own message.
    return false
  }
}

async function ownerOf(path: string): Promise<{ uid: number; gid: number } | undefined> {
  try {
    const { uid, gid } = await stat(path)
    return { uid, gid }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
