import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { crashWorld, pagesOf, soon } from './crash-world.ts'
import { shopAlerts, twoPeople } from './two-people.ts'

const world = crashWorld()

/** Replaces the file of the running Firewatch. */
function write(yaml: string): Promise<void> {
  return writeFile(join(world.up.dataDir, 'firewatch.yaml'), yaml)
}

function stderrOf(): () => string {
  let text = ''
  world.up.child.stderr?.on('data', (chunk: Buffer) => (text += chunk.toString()))
  return () => text
}

describe('N38: configuration without a restart', () => {
  it('a person who was added is paged after SIGHUP, and a file that is not valid changes nothing', async () => {
    const { ana, ben, up } = world
    const told = stderrOf()
    const before = (await up.run()).processes
    await write(twoPeople().replace('notify: [ana]', 'notify: [cleo]'))
    up.child.kill('SIGHUP')
    await vi.waitFor(() => expect(told()).toContain('goes on running'), soon)
    expect(told()).toMatch(/firewatch\.yaml:\d+:\d+ policies\.wake\.steps\[0\]\.notify\[0\]: no user "cleo"/)

    await up.api('POST', '/api/v1/alerts', shopAlerts(['First']))
    await vi.waitFor(() => expect(pagesOf(ana)).toHaveLength(1), soon)

    const added = twoPeople()
      .replace(
        'users:\n',
        "users:\n  cleo: { title: Cleo, role: responder, contacts: [{ channel: webhook, url: '${env:JOURNEY_BEN_URL}' }] }\n",
      )
      .replace('notify: [ana]', 'notify: [cleo]')
    await write(added)
    up.child.kill('SIGHUP')
    await vi.waitFor(
      () => expect(told()).toMatch(/configuration reloaded: revision \w+ -> \w+, run by server and worker/),
      soon,
    )

    await up.api('POST', '/api/v1/alerts', shopAlerts(['Second']))
    await vi.waitFor(() => expect(pagesOf(ben).map(({ body }) => body['incident'])).toContain('INC-2'), soon)
    expect((await up.run()).processes).toEqual(before)
  })
})
