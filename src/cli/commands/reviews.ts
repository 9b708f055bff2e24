import { readFile } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import type { Command } from 'commander'
import { incidentName } from '../../domain/investigate/evidence.ts'
import { sectionNames } from '../../domain/post-mortem/brief-line.ts'
import type { ListedReview } from '../../domain/post-mortem/stored-review.ts'
import { unreadableReason } from '../../config/reason.ts'
import type { draftChanges, reviewView } from '../../web/review-view.ts'
import { type ApiClient, CommandFailed, exitCodes } from '../api-client.ts'
import { choice } from '../options.ts'
import { oneLine, print, table } from '../terminal.ts'
import { api, type Options, pathOf, reading } from './incidents.ts'

type Review = Pick<ReturnType<typeof reviewView>, 'version' | 'markdown' | 'sections'>

interface ReviewOptions extends Options {
  readonly appendix?: true
  readonly file?: string
  readonly redraft?: true
  readonly confirm?: string
  readonly reject?: string
  readonly reason?: string
  readonly take?: string
  readonly keep?: string
  readonly publish?: true
  readonly anyway?: true
}

/** `reviews`, and `review` with what people do to one. */
export function addReviewCommands(program: Command): void {
  reading(program, 'reviews', 'list post-mortems, newest first')
    .addOption(choice('--state <state>', 'only those in it', ['draft', 'published']))
    .action(async (options: Options & { state?: string }) => {
      const query = new URLSearchParams(options.state === undefined ? {} : { state: options.state })
      const path = `/api/v1/reviews?${query.toString()}`
      const { reviews } = await (await api(options)).get<{ reviews: ListedReview[] }>(path)
      print(options, reviews, () => listText(reviews))
    })

  reading(program, 'review <incident>', 'the post-mortem of a resolved incident, as Markdown')
    .option('--appendix', 'what it rests on: evidence, queries, the whole timeline')
    .option('--file <file>', 'give back the file that you edited; "-" reads it from standard input')
    .option('--redraft', 'draft it from the records as they are now; what people wrote stays')
    .addOption(choice('--keep <section>', 'where a newer draft waits: keep what people wrote', sectionNames))
    .addOption(choice('--take <section>', 'where a newer draft waits: take it', sectionNames))
    .option('--confirm <cause>', 'say that a cause holds; with --reason')
    .option('--reject <cause>', 'say that a cause does not hold; with --reason')
    .option('--reason <why>', 'how you know')
    .option('--publish', 'publish it as it stands now')
    .option('--anyway', 'with --publish: also where it names people')
    .action(async (name: string, options: ReviewOptions) => {
      onlyOne(options)
      await carryOut(name, options, await api(options))
    })
}

const deeds = ['appendix', 'file', 'redraft', 'keep', 'take', 'confirm', 'reject', 'publish'] as const

function onlyOne(options: ReviewOptions): void {
  const given = deeds.filter((deed) => options[deed] !== undefined).map((deed) => `--${deed}`)
  const isSettled = options.confirm !== undefined || options.reject !== undefined
  if (given.length > 1) throw new CommandFailed(`say one of ${given.join(', ')} at a time`, exitCodes.usage)
  if (options.anyway === true && options.publish !== true)
    throw new CommandFailed('--anyway goes with --publish', exitCodes.usage)
  if (isSettled !== (options.reason !== undefined))
    throw new CommandFailed('--reason goes with --confirm or --reject, which need it', exitCodes.usage)
}

async function carryOut(name: string, options: ReviewOptions, client: ApiClient): Promise<void> {
  const path = pathOf(name, 'review')
  if (options.appendix === true) return printMarkdown(options, client, `${path}/appendix`)
  if (options.file !== undefined) return giveBack(path, options, options.file, client)
  if (options.redraft === true) return redraft(path, options, client)
  if (options.confirm !== undefined || options.reject !== undefined) return settle(path, options, client)
  if (options.keep !== undefined || options.take !== undefined) return answerDraft(path, options, client)
  if (options.publish === true) return publish(path, options, client)
  return printMarkdown(options, client, path)
}

async function printMarkdown(options: Options, client: ApiClient, path: string): Promise<void> {
  const found = await client.get<{ markdown: string }>(path)
  print(options, found, () => found.markdown)
}

async function giveBack(path: string, options: Options, file: string, client: ApiClient): Promise<void> {
  const markdown = await contentOf(file)
  const answer = await client.post<{ changed: string[]; notTaken?: string; review: Review }>(path, {
    markdown,
  })
  print(options, answer, () => {
    const { changed, notTaken, review } = answer
    const what =
      changed.length === 0
        ? 'nothing changed'
        : `changed: ${changed.join(', ')}; it is version ${review.version} now`
    return notTaken === undefined ? what : `${what}\nnot taken: ${notTaken}`
  })
}

async function contentOf(file: string): Promise<string> {
  if (file === '-') return text(process.stdin)
  return readFile(file, 'utf8').catch((error: unknown) => {
    throw new CommandFailed(`${file} cannot be read: ${unreadableReason(error)}`, exitCodes.usage)
  })
}

async function redraft(path: string, options: Options, client: ApiClient): Promise<void> {
  type Answer = { readonly version: number; readonly changes: ReturnType<typeof draftChanges> }
  const answer = await client.post<Answer>(`${path}/redraft`)
  print(options, answer, () => {
    if (answer.changes.length === 0) return 'the records give the same draft'
    return answer.changes
      .map(({ section, title, kept, diff }) => {
        const standing = kept ? `people's text stays; --take ${section} or --keep ${section}` : 'taken'
        return `${title} (${standing})\n${diff}`
      })
      .join('\n\n')
  })
}

async function settle(path: string, options: ReviewOptions, client: ApiClient): Promise<void> {
  const verdict = options.confirm === undefined ? 'rejected' : 'confirmed'
  const body = { cause: options.confirm ?? options.reject, verdict, reason: options.reason }
  const answer = await client.post<{ message: string }>(`${path}/causes`, body)
  print(options, answer, () => answer.message)
}

async function answerDraft(path: string, options: ReviewOptions, client: ApiClient): Promise<void> {
  const section = options.keep ?? options.take
  const { version } = await client.get<Review>(path)
  const word = options.keep === undefined ? 'take' : 'keep'
  const answer = await client.post<{ changed: string[] }>(`${path}/drafts`, {
    version,
    section,
    choice: word,
  })
  print(options, answer, () => {
    if (answer.changed.length === 0) return `no newer draft of ${section} is waiting`
    return word === 'keep' ? `${section} stays as people wrote it` : `${section} is as drafted now`
  })
}

async function publish(path: string, options: ReviewOptions, client: ApiClient): Promise<void> {
  const { version } = await client.get<Review>(path)
  const answer = await client
    .post<{ review: Review }>(`${path}/publish`, { version, anyway: options.anyway === true })
    .catch((error: unknown) => {
      throw withNames(error)
    })
  const published = answer.review.version
  print(options, answer, () =>
    published === version ? 'it was published before' : `published as version ${published}`,
  )
}

/** Who is named where, and what the API asks for in its own words as an option. */
function withNames(error: unknown): unknown {
  if (!(error instanceof CommandFailed) || error.refusal?.code !== 'names-people') return error
  const where = (error.refusal.problems ?? []).slice(0, -1).map((one) => `  ${one}`)
  return new CommandFailed(
    [`${error.refusal.error}; then say --publish --anyway.`, ...where].join('\n'),
    error.exitCode,
  )
}

function listText(reviews: readonly ListedReview[]): string {
  if (reviews.length === 0) return 'no reviews'
  const rows = reviews.map((review) => [
    incidentName(review.incident),
    review.severity,
    review.editedSince ? `${review.state}, edited since` : review.state,
    `${review.openActions}`,
    `${review.unsettledCauses}`,
    review.startedAt.slice(0, 19).replace('T', ' '),
    oneLine(review.title),
  ])
  return table(
    ['incident', 'severity', 'state', 'open actions', 'causes to settle', 'began (UTC)', 'title'],
    rows,
  )
}
