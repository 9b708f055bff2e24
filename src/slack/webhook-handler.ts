import type { Account, ChannelAnswers, AnswerResult } from '../domain/page/channel-answers.ts'
import type { SlackIntegration } from '../domain/configuration/integrations.ts'
import type { HttpPost } from '../domain/page/delivery.ts'
import { carryOutOrder, chatHelp } from '../domain/page/chat-order.ts'
import { readCommand, readInteraction, type SlashCommand } from './interaction.ts'
import { createResponses } from './responses.ts'
import { isFromSlack, type SignedRequest } from './signature.ts'

export interface SlackWebhookHandlerOptions {
  readonly integration: Pick<SlackIntegration, 'signingSecret' | 'responseHosts'>
  readonly resolveSecret: (reference: string) => Promise<string>
  readonly answers: ChannelAnswers
  readonly post: HttpPost
  /** For one request to Slack. */
  readonly timeoutMs: number
  /** How long an answer may take before whoever gave it is told that it is not known what came of it. */
  readonly workMs?: number
  /** Between two tries to tell a result. */
  readonly pauseMs?: number
  readonly now: () => Date
  readonly log: (message: string, reason: unknown) => void
}

/** What Slack is answered: 401 when it was not Slack, otherwise 200 and perhaps words for the one who typed. */
export type SlackReceipt =
  | { readonly status: 401 }
  | { readonly status: 200; readonly reply?: Readonly<Record<string, string>> }

const defaultHosts = ['hooks.slack.com']
const defaultWorkMs = 25_000
const defaultPauseMs = 1_000

const help = chatHelp.map(([usage, meaning]) => `\`${usage}\` ${meaning}`).join('\n')

/**
 * Takes pressed buttons and slash commands. Slack wants its 200 within three seconds, whatever the rest of the world does, so the receipt
 * goes out at once and the result follows over `response_url`. https://docs.slack.dev/interactivity/handling-user-interaction#acknowledgment_response
 */
export function createSlackWebhookHandler(options: SlackWebhookHandlerOptions) {
  const { integration, resolveSecret, answers, now, pauseMs = defaultPauseMs, log } = options
  const { responseHosts: hosts = defaultHosts } = integration
  const respond = createResponses({ ...options, hosts, pauseMs })
  const underWay = new Set<Promise<void>>()

  async function isSlack(request: SignedRequest): Promise<boolean> {
    return isFromSlack(request, (await resolveSecret(integration.signingSecret)).trim(), now())
  }

  function inBackground(responseUrl: string, work: Promise<AnswerResult>): void {
    const told = within(work, options.workMs ?? defaultWorkMs)
      .then(({ message }) => respond(responseUrl, message))
      .catch((error: unknown) => log('an answer from Slack failed', error))
      .finally(() => underWay.delete(told))
    underWay.add(told)
  }

  return {
    async interactions(request: SignedRequest): Promise<SlackReceipt> {
      if (!(await isSlack(request))) return { status: 401 }
      const press = readInteraction(request.body)
      if (press !== undefined) {
        const { verb, id: commandId, value } = press
        inBackground(press.responseUrl, answers.give(slackUser(press.user), { verb, commandId, ...value }))
      }
      return { status: 200 }
    },

    async commands(request: SignedRequest): Promise<SlackReceipt> {
      if (!(await isSlack(request))) return { status: 401 }
      const command = readCommand(request.body)
      if (command === undefined || command.order.kind === 'help')
        return { status: 200, reply: helpReply(command) }
      inBackground(command.responseUrl, carryOut(answers, command))
      return { status: 200 }
    },

    /** When nothing is under way any more. */
    async idle(): Promise<void> {
      while (underWay.size > 0) await Promise.all(underWay)
    },
  }
}

function slackUser(id: string): Account {
  return { channel: 'slack', id }
}

async function carryOut(answers: ChannelAnswers, { user, order, id }: SlashCommand): Promise<AnswerResult> {
  return (await carryOutOrder(answers, slackUser(user), order, id)) ?? { kind: 'done', message: help }
}

function helpReply(command: SlashCommand | undefined) {
  const problem = command?.order.kind === 'help' ? command.order.problem : undefined
  return { response_type: 'ephemeral', text: problem === undefined ? help : `${problem}\n${help}` }
}

async function within(work: Promise<AnswerResult>, ms: number): Promise<AnswerResult> {
  const late = Promise.withResolvers<AnswerResult>()
  const message = 'It took too long, and it is not known whether it was carried out: look at the incident.'
  const timer = setTimeout(() => late.resolve({ kind: 'failed', message }), ms)
  try {
    return await Promise.race([work, late.promise])
  } finally {
    clearTimeout(timer)
  }
}
