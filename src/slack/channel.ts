import { channelTraits } from '../domain/page/channel-traits.ts'
import type { Contact } from '../domain/configuration/people.ts'
import type { SlackIntegration } from '../domain/configuration/integrations.ts'
import { errorText, type HttpPost } from '../domain/page/delivery.ts'
import {
  isOfNoIncident,
  type FollowedMessage,
  type PageMessage,
  type SendOutcome,
  type TryOutcome,
} from '../domain/page/page.ts'
import { createTurns, outcomeOfTurn } from '../domain/page/turns.ts'
import { pace } from './limits.ts'
import { messageOf, type SlackMessage, standingOf } from './message.ts'
import { escaped } from './mrkdwn.ts'
import { createWebApi, type SlackAnswer, type SlackBot } from './web-api.ts'

export type SlackContact = Extract<Contact, { channel: 'slack' }>

export interface SlackChannelOptions {
  readonly post: HttpPost
  /** For one request, the answer included; a page with every way round a refusal takes twice as long at most. */
  readonly timeoutMs: number
  /** Throws with a message that names the reference, never its value. */
  readonly resolveSecret: (reference: string) => Promise<string>
  readonly now: () => Date
  /** As configured now; without it every page is refused. */
  readonly integration: Pick<SlackIntegration, 'token' | 'apiUrl'> | undefined
}

const defaultApiUrl = 'https://slack.com/api'

const aboutBlocks = ['msg_blocks_too_long', 'invalid_blocks', 'invalid_blocks_format']

/**
 * Pages by a message of a bot. What follows the page edits that message, so that its buttons are never about what is over; one and the same
 * edit may be made twice, so a lost answer to it is worth another try.
 */
export function createSlackChannel(options: SlackChannelOptions) {
  const call = createWebApi(options)
  const posts = createTurns(options.now, pace.posts)
  const edits = createTurns(options.now, pace.edits)
  return {
    ...channelTraits.slack,

    async send({ to }: SlackContact, message: PageMessage, signal: AbortSignal): Promise<SendOutcome> {
      const target = await botOf(options)
      if (target.kind === 'final') return target
      const followed = followedBy(message)
      const [turns, place] = followed[0] === undefined ? [posts, to] : [edits, followed[0].channel]
      const turn = turns.of(place, message.idempotencyKey)
      if (turn !== undefined) return outcomeOfTurn(turn, 'Slack', 'channel')
      const stop = AbortSignal.any([signal, AbortSignal.timeout(2 * options.timeoutMs)])
      const say = saying(call, target.bot, stop)
      const outcome =
        followed.length === 0 ? await post(say, to, message) : await editAll(say, followed, to, message)
      turns.note(place, message.idempotencyKey, outcome)
      return outcome
    },

    /** A text that is no page, once. */
    async tell({ to }: SlackContact, text: string, signal: AbortSignal): Promise<TryOutcome> {
      const target = await botOf(options)
      if (target.kind === 'final') return target
      return outcomeOf(await saying(call, target.bot, signal).post(to, { text: escaped(text) }))
    },
  }
}

type Target = { readonly kind: 'bot'; readonly bot: SlackBot } | Extract<SendOutcome, { kind: 'final' }>

async function botOf({ integration, resolveSecret }: SlackChannelOptions): Promise<Target> {
  if (integration === undefined)
    return { kind: 'final', error: 'integrations.slack is not configured any more' }
  try {
    const base = URL.parse(await resolveSecret(integration.apiUrl ?? defaultApiUrl))
    if (base === null || !['http:', 'https:'].includes(base.protocol))
      return { kind: 'final', error: 'integrations.slack.apiUrl is not an http or https URL' }
    const token = (await resolveSecret(integration.token)).trim()
    return /^[\w.%-]+$/.test(token)
      ? { kind: 'bot', bot: { base, token } }
      : { kind: 'final', error: 'integrations.slack.token cannot be right: a bot has one like xoxb-…' }
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'a secret of integrations.slack cannot be read'
    return { kind: 'final', error: errorText(reason) }
  }
}

interface Followed {
  readonly channel: string
  readonly ts: string
  readonly message: FollowedMessage
}

/** A person's direct messages have a channel of their own, so the message says where it stands. */
function followedBy({ kind, follows = [] }: PageMessage): Followed[] {
  if (kind === 'page' || isOfNoIncident(kind)) return []
  return follows.flatMap((message) => {
    const { channel, ts } = /^(?<channel>[A-Z0-9]+)\/(?<ts>\d+\.\d+)$/.exec(message.id)?.groups ?? {}
    return channel === undefined || ts === undefined ? [] : [{ channel, ts, message }]
  })
}

type Say = ReturnType<typeof saying>

function saying(call: ReturnType<typeof createWebApi>, bot: SlackBot, signal: AbortSignal) {
  // No link is fetched or unfolded: pages are read, not browsed.
  const still = { unfurl_links: false, unfurl_media: false }
  return {
    post: (channel: string, message: SlackMessage) =>
      call(bot, { method: 'chat.postMessage', body: { channel, ...still, ...message } }, signal),
    edit: ({ channel, ts }: Pick<Followed, 'channel' | 'ts'>, message: SlackMessage) =>
      call(bot, { method: 'chat.update', body: { channel, ts, blocks: [], ...message } }, signal),
  }
}

async function post(
  say: Say,
  to: string,
  message: PageMessage,
  shown: SlackMessage = messageOf(message),
): Promise<TryOutcome> {
  const answer = await say.post(to, shown)
  return outcomeOf(isAboutBlocks(answer) ? await say.post(to, plain(shown)) : answer)
}

/** The smallest message that still says everything. */
function plain({ text }: SlackMessage): SlackMessage {
  return { text }
}

/**
 * Brings every message up to date. In the place of those that stand no more one new message is posted, which is followed from then on. An edit may be made
 * twice, so all are made again when one has to be.
 */
async function editAll(
  say: Say,
  followed: readonly Followed[],
  to: string,
  message: PageMessage,
): Promise<TryOutcome> {
  const outcomes: { readonly one: Followed; readonly outcome: TryOutcome | 'gone' }[] = []
  for (const one of followed) outcomes.push({ one, outcome: await edit(say, one, message) })
  const again = outcomes.find(({ outcome }) => outcome !== 'gone' && outcome.kind === 'retry')?.outcome
  if (again !== undefined && again !== 'gone') return again
  const gone = outcomes.flatMap(({ one, outcome }) => (outcome === 'gone' ? [one] : []))
  const [first] = gone
  if (first === undefined) return bestOf(outcomes.map(({ outcome }) => outcome))
  const posted = await post(say, to, message, standingOf(message, first.message))
  const replaced = gone.map(({ message: { id } }) => id)
  return posted.kind === 'sent' ? { ...posted, replaced } : posted
}

/** One message that could be changed is enough to have told. */
function bestOf(outcomes: readonly (TryOutcome | 'gone')[]): TryOutcome {
  const known = outcomes.filter((outcome) => outcome !== 'gone')
  return known.find(({ kind }) => kind === 'sent') ?? known[0] ?? { kind: 'sent' }
}

async function edit(say: Say, followed: Followed, message: PageMessage): Promise<TryOutcome | 'gone'> {
  const shown = standingOf(message, followed.message)
  const first = await say.edit(followed, shown)
  const answer = isAboutBlocks(first) ? await say.edit(followed, plain(shown)) : first
  // Deleted, too old, of a channel that is archived or gone: a new message tells, and is refused too where the reason is not the old one's.
  if (answer.kind === 'refused') return 'gone'
  return answer.kind === 'unknown' ? { kind: 'retry', error: answer.error } : outcomeOf(answer)
}

function isAboutBlocks(answer: SlackAnswer): boolean {
  return answer.kind === 'refused' && aboutBlocks.includes(answer.reason)
}

function outcomeOf(answer: SlackAnswer): TryOutcome {
  if (answer.kind === 'refused') return { kind: 'final', error: answer.error }
  if (answer.kind !== 'sent') return answer
  const { channel, ts } = answer
  return channel === '' || ts === '' ? { kind: 'sent' } : { kind: 'sent', providerId: `${channel}/${ts}` }
}
