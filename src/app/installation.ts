import type { Installation } from '../cli/installation.ts'
import { hearHangups } from './hangup.ts'
import { recordSettingsFrom, settingsFrom } from './settings.ts'

/** Each part is loaded only when it is asked for: the commands that need none of them answer at once. */
export function createInstallation(env: NodeJS.ProcessEnv): Installation {
  return {
    async up(options) {
      const hangups = hearHangups()
      const { up } = await import('./up.ts')
      await up(options, env, hangups)
    },
    async serve() {
      const hangups = hearHangups()
      const { serve } = await import('./serve.ts')
      await serve(settingsFrom(env), env, hangups)
    },
    async work() {
      const hangups = hearHangups()
      const { work } = await import('./worker.ts')
      await work(settingsFrom(env), env, hangups)
    },
    async replayCheck(command) {
      const { runReplay } = await import('./replay-command.ts')
      await runReplay(command, env)
    },
    async runSql(command) {
      const { runSql } = await import('./sql-command.ts')
      await runSql(command, env)
    },
    async openCatalogue(address) {
      const { openCatalogue } = await import('./catalogue.ts')
      return openCatalogue(address, env)
    },
    async issueToken(wanted) {
      const settings = recordSettingsFrom(env)
      const { issueToken } = await import('./direct-token.ts')
      return issueToken(wanted, settings)
    },
    async readEvent(body, format, now) {
      const { readEvent } = await import('./read-event.ts')
      return readEvent(body, format, now)
    },
  }
}
