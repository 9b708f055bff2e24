import { matchersText, type Silence, silenceSentence } from '../domain/alert/silence.ts'
import {
  effectOf,
  effectSentence,
  type FiringAlert,
  type SilenceEffect,
} from '../domain/alert/silence-effect.ts'
import {
  readSilence,
  type SilenceAnswer,
  type SilenceRequest,
  type Silencing,
} from '../domain/alert/silence-request.ts'
import { mapAtMost } from '../domain/values/concurrency.ts'
import { relativeWords } from '../domain/values/zoned-words.ts'
import type { Records } from './records.ts'

type SilencingRecords = Pick<Records, 'silences' | 'machine'>

/** Incidents told at once. */
const concurrency = 4
const mostExpired = 200

/** Makes silences, changes and expires them. Incidents in which alerts match look again whenever that changes. */
export function createSilencing(records: SilencingRecords, now: () => Date, newId: () => string): Silencing {
  const { silences } = records
  async function read(request: SilenceRequest, by: string, isPreview: boolean) {
    const at = now().getTime()
    const previous = request.id === undefined ? null : await silences.find(request.id)
    if (previous === undefined) return { problem: unknownSilence(request.id ?? '') }
    const draft = readSilence(request, { by, previous, now: at, isPreview })
    return 'problem' in draft ? draft : { draft, previous, clock: { timeZone: request.timeZone, now: at } }
  }

  return {
    async listed(withExpired = false) {
      const at = now().getTime()
      const standing = await silences.notExpired(at)
      return withExpired ? [...standing, ...(await silences.expired(at, mostExpired))] : standing
    },

    find: (id) => silences.find(id),

    async preview(request, by) {
      const asked = await read(request, by, true)
      if ('problem' in asked) return refused(asked.problem)
      const effect = effectOf(asked.draft.matchers, await silences.firingAlerts())
      const message = `${silenceSentence(asked.draft, asked.clock)} ${effectSentence(effect)} Nothing is changed yet.`
      return { kind: 'done', message, silence: asked.draft, effect }
    },

    async add(request, by, requestKey) {
      const asked = await read(request, by, false)
      if ('problem' in asked) return refused(asked.problem)
      const { draft, previous, clock } = asked
      const change = await silences.set({
        draft,
        previous: previous?.id ?? null,
        newId: newId(),
        requestKey,
        at: clock.now,
      })
      if (change === undefined) return refused(unknownSilence(request.id ?? ''))
      const { silence } = change
      const firing = await silences.firingAlerts()
      await tellAffected(records, [silence, previous], firing, clock.now)
      const effect = effectOf(silence.matchers, firing)
      return { kind: 'done', message: doneSentences(silence, previous, effect, clock), silence, effect }
    },

    expire: (id) => expireSilence(records, id, now().getTime()),
  }
}

function doneSentences(
  silence: Silence,
  previous: Silence | null,
  effect: SilenceEffect,
  clock: Parameters<typeof silenceSentence>[1],
): string {
  const replaced =
    previous === null || previous.id === silence.id ? '' : ` It takes the place of ${previous.id}.`
  return `${silenceSentence(silence, clock)} ${effectSentence(effect)}${replaced} Expire it with "firewatch silence expire ${silence.id}".`
}

/** As {@link Silencing.expire}. */
export async function expireSilence(
  records: SilencingRecords,
  id: string,
  at: number,
): Promise<SilenceAnswer> {
  const { silences } = records
  const known = await silences.find(id)
  const found = known && (await silences.expire(known.id, at))
  if (found === undefined) return refused(unknownSilence(id))
  const { silence, expired } = found
  const named = `silence of ${matchersText(silence.matchers)}`
  if (!expired)
    return {
      kind: 'unchanged',
      message: `The ${named} expired ${relativeWords(silence.endsAt, at)}.`,
      silence,
    }
  await tellAffected(records, [silence], await silences.firingAlerts(), at)
  return { kind: 'done', message: `Expired the ${named}: what still fires pages again.`, silence }
}

/** Open incidents in which an alert fires that one of these silences matches look again at what they page. */
export async function tellAffected(
  { machine }: SilencingRecords,
  changed: readonly (Pick<Silence, 'matchers'> | null)[],
  firing: readonly FiringAlert[],
  at: number,
): Promise<void> {
  const incidents = changed
    .flatMap((silence) => (silence === null ? [] : effectOf(silence.matchers, firing).incidents))
    .map(({ incident }) => incident)
  const event = { type: 'configuration-changed', at } as const
  await mapAtMost(concurrency, [...new Set(incidents)], (number) =>
    machine.take(number, async () => ({ event })),
  )
}

function unknownSilence(id: string): string {
  return `there is no silence ${id}; "firewatch silence list" names them`
}

function refused(message: string): SilenceAnswer {
  return { kind: 'refused', message }
}
