import { createHmac } from 'node:crypto'
import { incidentName } from '../domain/investigate/evidence.ts'
import type { Incident } from '../domain/incident/incident.ts'
import type { User } from '../domain/configuration/people.ts'
import { isReadByOne, pageLinkMs } from '../domain/page/page-link.ts'
import type { Page } from '../domain/page/page.ts'
import { own } from '../domain/values/own.ts'

export interface PageLinksOptions {
  /** Of at least 32 characters: whoever has it and knows the stored incidents can name the links that stand in messages. */
  readonly key: string
  /** Where people's links lead, without a slash at its end. */
  readonly publicUrl: string
  readonly keep: (links: readonly KeptLink[]) => Promise<void>
  readonly now: () => Date
}

interface KeptLink {
  readonly secret: string
  readonly person: string
  readonly incident: number
  readonly expiresAt: Date
}

/** Binds what is made of the key to what it is for. */
const purpose = 'firewatch/page-link/v1'

/**
 * Links of pages, each of which opens one incident for one person. Their secrets are made of the key, so that every try of a page carries the same
 * link; they count only while their hash is stored, so that they can be listed and ended.
 */
export function createPageLinks({ key, publicUrl, keep, now }: PageLinksOptions) {
  const secretOf = (page: string, incident: Linked) => pageLinkSecret(key, page, incident)
  return {
    /** The address of the link of a message that was led by this page. */
    urlOf: (page: string, incident: Linked): string =>
      `${publicUrl}/incidents/${incidentName(incident.number)}/link/${secretOf(page, incident)}`,

    /**
     * Makes the links of a message good from now on.
     * @returns whether it may carry them: nobody but its person reads it
     */
    async issue(
      page: Page,
      incidents: readonly Linked[],
      users: Readonly<Record<string, User>>,
    ): Promise<boolean> {
      const contact = own(users, page.person)?.contacts[page.contact]
      if (contact === undefined || !isReadByOne(page.person, contact, users)) return false
      const expiresAt = new Date(now().getTime() + pageLinkMs)
      const { person } = page
      await keep(
        incidents.map((one) => ({ secret: secretOf(page.id, one), person, incident: one.number, expiresAt })),
      )
      return true
    },
  }
}

type Linked = Pick<Incident, 'number' | 'chartToken'>

/**
 * The secret of the link to this incident in the message that a page led: 256 bits that nobody guesses who has not the key. Numbers of incidents begin
 * again in another installation: their random token keeps a link of one from opening anything of the other.
 */
export function pageLinkSecret(key: string, page: string, { number, chartToken }: Linked): string {
  return createHmac('sha256', key).update(`${purpose}\n${chartToken}\n${number}\n${page}`).digest('base64url')
}
