import type { Command } from 'commander'
import type { TestedContact } from '../../domain/page/test-page.ts'
import { CommandFailed, connectApi, exitCodes } from '../api-client.ts'
import { print } from '../terminal.ts'
import { contactKinds } from '../init-answers.ts'
import { choice } from '../options.ts'
import { type Options, reading } from './incidents.ts'

interface Answer {
  readonly name: string
  readonly contacts: readonly (TestedContact & { readonly sentence: string })[]
  readonly allSent: boolean
}

/** `test-page`: proves that somebody can be reached. */
export function addTestPageCommand(program: Command): void {
  reading(
    program,
    'test-page <name>',
    'send a test page to a user or a shared channel, and say what became of it',
  )
    .addOption(choice('--channel <channel>', 'only to contacts of this channel', contactKinds))
    .action(async (name: string, { channel, ...options }: Options & { channel?: string }) => {
      const api = await connectApi(options.data, process.env)
      const answer = await api.post<Answer>('/api/v1/test-pages', {
        name,
        ...(channel === undefined ? {} : { channel }),
      })
      print(options, answer, () => answer.contacts.map(({ sentence }) => sentence).join('\n'))
      if (!answer.allSent)
        throw new CommandFailed(`not every contact of ${answer.name} took the test page`, exitCodes.refused)
    })
}
