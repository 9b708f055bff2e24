import { icon, script, stylesheet } from '../assets.ts'
import { zoneWords } from '../../domain/values/zoned-words.ts'
import { html, type Html } from '../html.ts'
import { readerZone } from '../reader-zone.ts'
import { clock } from './words.ts'

export type Area =
  | 'incidents'
  | 'on-call'
  | 'checks'
  | 'runbooks'
  | 'reviews'
  | 'automation'
  | 'maintenance'
  | 'silences'

export interface Layout {
  readonly title: string
  readonly body: Html
  /** Whoever is logged in. */
  readonly person?: string
  readonly area?: Area
  /** Keeps the page current: what to watch, the mark that it was made at, and when that was. */
  readonly live?: Live
}

export interface Live {
  readonly incident: string | null
  readonly mark: string
  readonly now: string
}

const areas: readonly (readonly [Area, string])[] = [
  ['incidents', 'Incidents'],
  ['on-call', 'On call'],
  ['checks', 'Checks'],
  ['runbooks', 'Runbooks'],
  ['reviews', 'Reviews'],
  ['automation', 'Automation'],
  ['maintenance', 'Maintenance'],
  ['silences', 'Silences'],
]

/** A page of the console. Works without script; reads well from 320 px on. */
export function layout({ title, body, person, area, live }: Layout): Html {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="dark light">
<title>${title} · Firewatch</title>
<link rel="icon" href="${icon.path}" type="image/svg+xml">
<link rel="stylesheet" href="${stylesheet.path}">
<script type="module" src="${script.path}"></script>
</head>
<body>
<a class="skip" href="#main">Skip to content</a>
<header class="top"><a class="brand" href="/incidents"><img src="${icon.path}" alt="" width="24" height="24"><span class="name">Firewatch</span></a>${person === undefined ? null : navigation(area, person)}</header>
${live === undefined ? html`<main id="main">${body}</main>` : watched(live, body)}
</body>
</html>`
}

/** Folded where a row has no room for all areas. */
function navigation(area: Area | undefined, person: string): Html {
  const link = ([name, label]: readonly [Area, string]) =>
    name === area
      ? html`<a href="/${name}" aria-current="page">${label}</a>`
      : html`<a href="/${name}">${label}</a>`
  const here = areas.find(([name]) => name === area)?.[1] ?? 'Menu'
  return html`<details class="menu opens-wide"><summary>${here}</summary><nav aria-label="Console">${areas.map(link)}</nav></details><a class="person" href="/account" title="Your account">${person}</a>`
}

/** Where the script finds what to watch. What it says aloud goes into `announce`, and nowhere else. */
function watched({ incident, mark, now }: Live, body: Html): Html {
  const events =
    incident === null ? '/api/v1/events' : `/api/v1/events?incident=${encodeURIComponent(incident)}`
  return html`<main id="main" data-events="${events}" data-mark="${mark}" data-now="${now}" data-zone="${readerZone()}" data-zone-name="${zoneWords(Date.parse(now), readerZone())}">
<p class="stamp quiet"><span id="stamp">As of ${clock(now)}</span> <a href="">Refresh</a></p>
<p id="announce" class="aloud" aria-live="polite"></p>
${body}</main>`
}
