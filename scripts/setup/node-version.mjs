import { SetupError } from './report.mjs'

/** The oldest Node that starts the set-up and npm; the programs themselves run on the Node among the packages. */
const OLDEST_MAJOR = 20

/** @param {string} version such as `20.11.1` */
export function checkNodeVersion(version) {
  if (Number.parseInt(version, 10) >= OLDEST_MAJOR) return
  throw new SetupError(`this is Node ${version}; install Node ${OLDEST_MAJOR} or later (https://nodejs.org).`)
}
