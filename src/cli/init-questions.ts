import { createInterface } from 'node:readline'
import { CommandFailed, exitCodes } from './api-client.ts'
import { tell, withoutControls } from './terminal.ts'

/** One thing that `init` wants to know. */
export interface Question {
  /** The option that answers it, such as `--person`. */
  readonly flag: string
  readonly text: string
  readonly given: string | undefined
  /** What `--yes` and an empty answer mean; absent: it has to be said. */
  readonly suggested?: string
  readonly choices?: readonly string[]
  /** What is wrong with an answer; `undefined`: nothing. */
  readonly problem?: (answer: string) => string | undefined
}

export interface Asker {
  ask(question: Question): Promise<string>
  close(): void
}

/** Asks at a terminal; `--yes` takes what is suggested. Without both nothing is waited for: what is missing is gathered and told by `refuse`. */
export function createAsker(options: { readonly yes: boolean; readonly isTerminal: boolean }): Asker & {
  /** @throws CommandFailed naming every option that is missing */
  refuseMissing(): void
} {
  const missing: string[] = []
  const terminal = options.isTerminal && !options.yes ? openTerminal() : undefined
  return {
    async ask(question) {
      const { given, suggested, flag } = question
      if (given !== undefined) return checked(question, given)
      if (terminal !== undefined) return askAt(terminal, question)
      if (options.yes && suggested !== undefined) return suggested
      missing.push(flag)
      return suggested ?? question.choices?.[0] ?? ''
    },
    refuseMissing() {
      if (missing.length === 0) return
      throw new CommandFailed(
        `there is no terminal to ask at: say ${missing.join(', ')}${options.yes ? '' : ', or --yes for what is suggested'}`,
        exitCodes.usage,
      )
    },
    close: () => terminal?.close(),
  }
}

async function askAt(terminal: Terminal, question: Question): Promise<string> {
  const { text, suggested, choices } = question
  const offered =
    choices === undefined
      ? ''
      : `\n${choices.map((one, index) => `  ${index + 1}) ${withoutControls(one)}`).join('\n')}\n`
  const otherwise = suggested === undefined ? '' : ` [${withoutControls(suggested)}]`
  for (;;) {
    const typed = await terminal.line(`${text}${offered}${otherwise}: `)
    const answer = typed === '' ? (suggested ?? '') : (choices?.[Number(typed) - 1] ?? typed)
    const problem = problemOf(question, answer)
    if (problem === undefined) return answer
    tell(problem)
  }
}

interface Terminal {
  /** The next line, without spaces at its ends. @throws CommandFailed when the terminal is closed instead */
  line(prompt: string): Promise<string>
  close(): void
}

/** Lines that were typed ahead wait for their question. */
function openTerminal(): Terminal {
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  const typed: string[] = []
  let isClosed = false
  let wake: () => void = () => undefined
  terminal.on('line', (line) => {
    typed.push(line.trim())
    wake()
  })
  terminal.once('close', () => {
    isClosed = true
    wake()
  })
  return {
    async line(prompt) {
      terminal.setPrompt(prompt)
      if (!isClosed) terminal.prompt()
      while (typed.length === 0 && !isClosed) {
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
      const line = typed.shift()
      if (line === undefined) throw new CommandFailed('nothing was written', exitCodes.usage)
      return line
    },
    close: () => terminal.close(),
  }
}

/** @throws CommandFailed for an answer that cannot be */
function checked(question: Question, answer: string): string {
  const problem = problemOf(question, answer)
  if (problem !== undefined)
    throw new CommandFailed(`${question.flag} ${answer}: ${problem}`, exitCodes.usage)
  return answer
}

function problemOf({ choices, problem }: Question, answer: string): string | undefined {
  if (answer === '') return 'an answer is needed'
  if (choices !== undefined && !choices.includes(answer)) return `it is one of ${choices.join(', ')}`
  return problem?.(answer)
}
