import { cutText, oneLine } from '../page/delivery.ts'
import { readLink } from '../values/web-link.ts'
import type { Alert } from './alert.ts'

export type LinkKind = 'runbook' | 'dashboard' | 'chart' | 'source' | 'other'

/** Somewhere to look, of which it is known what it is. */
export interface TypedLink {
  readonly kind: LinkKind
  readonly title: string
  /** `http` or `https`, as a browser writes it. */
  readonly url: string
}

/** What an alert calls a link and is none, and why. */
export interface RefusedLink {
  /** Of the annotation. */
  readonly name: string
  /** What it says, bounded. */
  readonly text: string
  readonly reason: string
}

export interface AlertLinks {
  readonly links: readonly TypedLink[]
  readonly refused: readonly RefusedLink[]
}

/**
 * Annotations that lead somewhere, by what they are called: Prometheus's and Alertmanager's habits (`runbook_url`, `generatorURL`), those of Grafana
 * (`dashboardURL`, `panelURL`), PagerDuty's `client_url`, and what our own checks write (`chart`, `dashboard`).
 */
const known: readonly (readonly [RegExp, LinkKind, string])[] = [
  [/^runbook(_?(url|link))?$/i, 'runbook', 'Runbook'],
  [/^(grafana_?)?dashboard/i, 'dashboard', 'Dashboard'],
  [/^panel_?url$/i, 'dashboard', 'Panel'],
  [/^chart(_?url)?$/i, 'chart', 'Chart elsewhere'],
  [/^generator_?url$/i, 'source', 'Source'],
  [/^client_?url$/i, 'source', 'Source'],
]

const mostLinks = 8
const longestShown = 200

/** Where an alert says that there is more to see; each address once. */
export function alertLinks({ annotations }: Pick<Alert, 'annotations'>): AlertLinks {
  const links = new Map<string, TypedLink>()
  const refused: RefusedLink[] = []
  for (const [name, written] of Object.entries(annotations)) {
    const [, kind, title] = known.find(([form]) => form.test(name)) ?? []
    if (kind === undefined || title === undefined || written.trim() === '') continue
    const read = readLink(written)
    if (read.kind === 'link') {
      if (!links.has(read.url)) links.set(read.url, { kind, title, url: read.url })
    } else if (isMeantAsLink(name, written))
      refused.push({ name, text: cutText(oneLine(written), longestShown), reason: read.reason })
  }
  return { links: [...links.values()].slice(0, mostLinks), refused: refused.slice(0, mostLinks) }
}

/** `runbook: restart it` is a text, and `dashboardUid: x7` a name. */
function isMeantAsLink(name: string, written: string): boolean {
  return /(url|link)$/i.test(name) || /^\s*[a-z][a-z\d+.-]*:\S/i.test(written)
}
