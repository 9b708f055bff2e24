import type { FastifyInstance, FastifyRequest } from 'fastify'
import { incidentName } from '../../domain/investigate/evidence.ts'
import { sectionTitles } from '../../domain/post-mortem/brief-line.ts'
import { textOf, type SectionTexts } from '../../domain/post-mortem/document.ts'
import { namedSentence, peopleNamed } from '../../domain/post-mortem/named-people.ts'
import type { WebDependencies } from '../dependencies.ts'
import { readReviewFile } from '../../domain/post-mortem/review-file.ts'
import { HttpProblem } from '../errors.ts'
import { reviewEditPage } from '../pages/review-edit.ts'
import { conflictProblems, draftChanges, reviewView } from '../review-view.ts'
import type { ReviewAnswer } from '../review-service.ts'
import { personOf, sendPage } from '../send-page.ts'
import { incidentOf } from './incidents.ts'
import { draftAnswerIn, editIn, sectionEditIn, sectionIn, publicationIn, settledIn } from './review-bodies.ts'
import { isReadable, reviewOf } from './reviews.ts'
import { formKeyOf } from '../idempotency-key.ts'
import { noteIn } from './command-bodies.ts'

const respond = { config: { access: 'respond' } } as const

/** What people do with a review: edit, settle causes, take drafts or keep their words, publish. As JSON under `/api`, as forms from the console. */
export function reviewChangeRoutes(app: FastifyInstance, dependencies: WebDependencies): void {
  apiRoutes(app, dependencies)
  sectionRoutes(app, dependencies)
  formRoutes(app, dependencies)
}

function apiRoutes(app: FastifyInstance, dependencies: WebDependencies): void {
  const { incidents, reviews } = dependencies
  const path = '/api/v1/incidents/:name/review'

  app.post(path, respond, async (request) => {
    const { number } = await incidentOf(request.params, incidents)
    const { texts, version, outside } = editIn(request.body, number)
    const before = await reviewOf({ number }, reviews)
    const answer = await reviews.edit({
      incident: number,
      version,
      texts,
      ...authorOf(request, dependencies),
    })
    return {
      ...done(answer, texts),
      ...(outside === undefined || outside === outsideOf(before.markdown, number)
        ? {}
        : { notTaken: 'what you changed outside the sections: it is drawn from the records each time' }),
    }
  })
  app.post(`${path}/publish`, respond, async (request) => {
    const { number } = await incidentOf(request.params, incidents)
    return publish(request, number, dependencies)
  })
  app.post(`${path}/drafts`, respond, async (request) => {
    const { number } = await incidentOf(request.params, incidents)
    const asked = draftAnswerIn(request.body)
    return done(await reviews.answerDraft({ incident: number, ...asked, ...authorOf(request, dependencies) }))
  })
  app.post(`${path}/redraft`, respond, async (request) => {
    const incident = await incidentOf(request.params, incidents)
    const before = await reviewOf(incident, reviews)
    await reviews.redraft(incident.number)
    const after = await reviewOf(incident, reviews)
    return { version: after.document.version, changes: draftChanges(before.document, after.document) }
  })
  app.post(`${path}/causes`, respond, (request) => settle(request, dependencies))
}

/** The form of one section. What somebody wrote is never lost: where another was first, the form comes back with both. */
function sectionRoutes(app: FastifyInstance, dependencies: WebDependencies): void {
  const { incidents, reviews } = dependencies
  app.get('/reviews/:name/edit/:section', respond, async (request, reply) => {
    const section = sectionIn(request.params)
    const review = await reviewOf(await incidentOf(request.params, incidents), reviews)
    const text = textOf(review.document.sections[section])
    return sendPage(reply, reviewEditPage({ review, section, text, person: personOf(request), problems: [] }))
  })

  app.post('/reviews/:name/edit/:section', respond, async (request, reply) => {
    const section = sectionIn(request.params)
    const { number } = await incidentOf(request.params, incidents)
    const { version, texts } = sectionEditIn(request.body, section)
    const answer = await reviews.edit({
      incident: number,
      version,
      texts,
      ...authorOf(request, dependencies),
    })
    if (answer.kind !== 'conflict') {
      done(answer)
      return reply.redirect(`/reviews/${incidentName(number)}?told=edited#${section}`, 303)
    }
    const review = await reviewOf({ number }, reviews)
    const text = texts[section] ?? ''
    const problems = conflictProblems(review.document, answer.sections, {})
    request.refusal ??= changedMeanwhile
    return sendPage(
      reply.code(409),
      reviewEditPage({ review, section, text, person: personOf(request), problems }),
    )
  })
}

function formRoutes(app: FastifyInstance, dependencies: WebDependencies): void {
  const { incidents, reviews } = dependencies
  const form = (
    verb: string,
    told: string,
    give: (request: FastifyRequest, incident: number) => Promise<unknown>,
  ) =>
    app.post(`/reviews/:name/${verb}`, respond, async (request, reply) => {
      const { number } = await incidentOf(request.params, incidents)
      await give(request, number)
      return reply.redirect(`/reviews/${incidentName(number)}?told=${told}`, 303)
    })

  form('publish', 'published', (request, incident) => publish(request, incident, dependencies))
  form('drafts', 'answered', async (request, incident) => {
    const asked = draftAnswerIn(request.body)
    return done(await reviews.answerDraft({ incident, ...asked, ...authorOf(request, dependencies) }))
  })
  form('redraft', 'redrafted', (_request, incident) => reviews.redraft(incident))
  form('causes', 'settled', (request) => settle(request, dependencies))
  form('note', 'noted', async (request, incident) => {
    const { by: actor, at } = authorOf(request, dependencies)
    return reviews.note({
      incident,
      actor,
      at,
      commandId: formKeyOf(request) ?? dependencies.newId(),
      text: noteIn(request.body),
    })
  })
}

/** Publishes the version that somebody read. Where it names people they are told so first, and say that they mean it. */
async function publish(request: FastifyRequest, incident: number, dependencies: WebDependencies) {
  const { reviews, configured } = dependencies
  const { version, anyway } = publicationIn(request.body)
  const { document, model } = await reviewOf({ number: incident }, reviews)
  const isNew = document.version === version && document.published?.version !== version
  const named =
    isNew && !anyway
      ? peopleNamed(document, Object.values((await configured.now()).users), model.service)
      : []
  if (named.length > 0)
    throw new HttpProblem(
      409,
      `the review of ${incidentName(incident)} names people: write "Responder A" in their place, or publish it with their names`,
      [...named.map(namedSentence), 'say "anyway": true to publish it with their names'],
      'names-people',
    )
  return done(await reviews.publish({ incident, version, ...authorOf(request, dependencies) }))
}

const changedMeanwhile = 'the review changed since you read it'

/** What is answered of a change. @throws HttpProblem 409 that says what somebody else changed */
function done(answer: ReviewAnswer, sent: Partial<SectionTexts> = {}) {
  if (answer.kind === 'none' || !isReadable(answer.review))
    throw new HttpProblem(404, 'the review is not drafted yet: it follows the end of the incident')
  const { document } = answer.review
  if (answer.kind === 'conflict') {
    const problems = conflictProblems(document, answer.sections, sent)
    throw new HttpProblem(
      409,
      `${changedMeanwhile}: it is version ${document.version} now`,
      problems,
      'review-changed',
    )
  }
  return { changed: answer.sections.map((name) => sectionTitles[name]), review: reviewView(answer.review) }
}

async function settle(request: FastifyRequest, dependencies: WebDependencies) {
  const { incidents, reviews, newId } = dependencies
  const { number } = await incidentOf(request.params, incidents)
  await reviewOf({ number }, reviews)
  const { by: actor, at } = authorOf(request, dependencies)
  const commandId = formKeyOf(request) ?? newId()
  const settled = settledIn(request.body)
  const answer = await reviews.settleCause({ incident: number, actor, at, commandId, ...settled })
  if (!('unknown' in answer)) return answer
  const name = incidentName(number)
  const known = answer.unknown.length === 0 ? 'it has none' : `it has ${answer.unknown.join(', ')}`
  throw new HttpProblem(404, `the review of ${name} has no cause "${settled.cause}": ${known}`)
}

function authorOf(request: FastifyRequest, { now }: WebDependencies) {
  return { by: request.principal?.person ?? 'unknown', at: now().toISOString() }
}

function outsideOf(markdown: string, incident: number): string | undefined {
  const file = readReviewFile(markdown, incident)
  return 'problems' in file ? undefined : file.outside
}
