import { spawnSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { validateConfiguration } from '../../src/config/load.ts'
import { onCallYaml, testFolder } from '../support/on-call-files.ts'

const folder = testFolder()
const main = new URL('../../src/app/main.ts', import.meta.url).pathname
/** Seven people by day on workdays: two of them always have the weekend. */
const turns = onCallYaml
  .replace('participants: [cy]', 'participants: [ana, ben, cy, boss, dee, eve, fay]')
  .replace(
    '  boss:',
    ['dee', 'eve', 'fay']
      .map((one) => `  ${one}: { contacts: [{ channel: webhook, url: '\${env:X}' }] }\n`)
      .join('') + '  boss:',
  )

describe('N42: what a configuration allows and hardly means', () => {
  it('names who never serves, why, and what to change, at the layer', async () => {
    const { problems, warnings } = await validateConfiguration(await folder.write('turns.yaml', turns))
    expect(problems).toEqual([])
    expect(warnings()).toEqual([
      {
        file: expect.stringContaining('turns.yaml'),
        line: 21,
        column: 9,
        path: 'schedules.office.layers[0]',
        message:
          'eve and fay never serve: with turns of 1 day for each of 7, theirs always fall outside the windows (Mon to Fri 09:00–17:00 Europe/Berlin). Make the turns weekly, or widen the windows to the days and hours of every turn.',
      },
    ])
  })

  it('has none where everybody serves', async () => {
    const { warnings } = await validateConfiguration(await folder.write('firewatch.yaml', onCallYaml))
    expect(warnings()).toEqual([])
  })

  it('config validate tells it on standard error, or as JSON, and succeeds', async () => {
    const path = await folder.write('turns.yaml', turns)
    const plain = spawnSync(process.execPath, [main, 'config', 'validate', path], { encoding: 'utf8' })
    expect(plain.status).toBe(0)
    expect(plain.stderr).toContain('schedules.office.layers[0]: eve and fay never serve')
    const json = spawnSync(process.execPath, [main, 'config', 'validate', path, '--json'], {
      encoding: 'utf8',
    })
    expect(JSON.parse(json.stdout)).toMatchObject({
      valid: true,
      warnings: [{ path: 'schedules.office.layers[0]' }],
    })
  })
})
