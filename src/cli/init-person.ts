import { isNamedTimeZone } from '../domain/values/time-zone.ts'
import { userInfo } from 'node:os'
import { CommandFailed, exitCodes } from './api-client.ts'
import { addressWords, type ContactKind, contactKinds, type InitAnswers } from './init-answers.ts'
import type { InitFlags } from './init-flags.ts'
import type { Asker } from './init-questions.ts'

/** Who is paged, and how; asked question by question. */
export async function personOf(asker: Asker, flags: InitFlags): Promise<InitAnswers['person']> {
  const name = await asker.ask({
    flag: '--person',
    text: 'Who is paged? Your name',
    given: flags.person,
    suggested: userInfo().username,
    problem: (answer) => (/[^\p{C}\s]/u.test(answer) ? undefined : 'it needs a letter'),
  })
  const timeZone = await asker.ask({
    flag: '--time-zone',
    text: 'In which time zone?',
    given: flags.timeZone,
    suggested: Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC',
    problem: (answer) =>
      isNamedTimeZone(answer) ? undefined : 'it is not a zone such as Europe/Berlin or UTC',
  })
  const contact = (await asker.ask({
    flag: '--contact',
    text: 'How are they paged?',
    given: flags.contact,
    suggested: 'webhook',
    choices: contactKinds,
  })) as ContactKind
  return { name, timeZone, contact, address: await addressOf(asker, flags, contact) }
}

const addressForms: Readonly<Partial<Record<ContactKind, RegExp>>> = {
  email: /^[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])?$/,
  slack: /^[CDGUW][A-Z0-9]{2,20}$/,
  telegram: /^(?:-?[1-9]\d{0,15}|@[A-Za-z]\w{3,31})$/,
}

async function addressOf(asker: Asker, flags: InitFlags, contact: ContactKind): Promise<string> {
  const words = addressWords[contact]
  if (words === undefined) {
    if (flags.address !== undefined)
      throw new CommandFailed(
        `--address: where a ${contact} is, is a secret: it goes into the environment, and no file`,
        exitCodes.usage,
      )
    return ''
  }
  const problem = (answer: string) =>
    addressForms[contact]?.test(answer) === true ? undefined : `a ${words} is expected`
  return asker.ask({ flag: '--address', text: `Their ${words}`, given: flags.address, problem })
}
