import { incidentName } from '../../domain/investigate/evidence.ts'
import type { ListedReview, ReviewListFilter } from '../../domain/post-mortem/stored-review.ts'
import { html, type Html } from '../html.ts'
import { layout } from './layout.ts'
import { counted, elapsed, instant, severityBadge } from './words.ts'

export interface ReviewListPage {
  readonly reviews: readonly ListedReview[]
  readonly filter: ReviewListFilter
  readonly person: string
}

const states = [
  ['', 'All'],
  ['draft', 'Drafts'],
  ['published', 'Published'],
] as const

/** Every review, newest incident first: what is still to be done stands with each. */
export function reviewListPage({ reviews, filter, person }: ReviewListPage): Html {
  const here = filter.state ?? ''
  const none = filter.before === undefined && here === ''
  return layout({
    title: 'Reviews',
    area: 'reviews',
    person,
    body: html`<h1>Reviews</h1>
<nav class="chips" aria-label="Which reviews">${states.map(([state, label]) => html`<a href="/reviews${state === '' ? '' : `?state=${state}`}"${state === here ? html` aria-current="page"` : null}>${label}</a>`)}</nav>
${reviews.length === 0 ? html`<p>${none ? 'No review yet: one is drafted when an incident is resolved.' : 'No review matches.'}</p>` : html`<ul class="cards">${reviews.map(card)}</ul>`}
${olderLink(reviews, filter)}`,
  })
}

function card({ incident, title, severity, service, startedAt, resolvedAt, ...review }: ListedReview): Html {
  const name = incidentName(incident)
  const { state, editedSince, openActions, unsettledCauses } = review
  return html`<li class="card">
<h2><a href="/reviews/${name}">${name}: ${title}</a></h2>
<p class="tags">${severityBadge(severity)} <span class="badge">${state}${editedSince ? ', edited since' : null}</span> <span>${service}</span></p>
<p>${counted(openActions, 'open action')}, ${counted(unsettledCauses, 'cause')} to settle</p>
<p class="quiet">${instant(startedAt)}${resolvedAt === null ? null : html`, lasted ${elapsed(startedAt, resolvedAt)}`}</p>
</li>`
}

function olderLink(reviews: readonly ListedReview[], { limit, state }: ReviewListFilter): Html | null {
  const last = reviews.at(-1)
  if (last === undefined || reviews.length < limit) return null
  const query = new URLSearchParams({
    before: String(last.incident),
    ...(state === undefined ? {} : { state }),
  })
  return html`<p><a class="button" href="/reviews?${query.toString()}">Older</a></p>`
}
