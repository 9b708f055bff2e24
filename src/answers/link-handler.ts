import type { ChannelAnswers, AnswerResult } from '../domain/page/channel-answers.ts'
import type { Incident } from '../domain/incident/incident.ts'
import type { Page } from '../domain/page/page.ts'

export interface AnswerLinkHandlerOptions {
  readonly links: { pageOf(token: string): string | undefined }
  /** Whether the link that opens the incident still does: it was not ended, and its person is configured. */
  readonly isGood: (page: Page, incident: Incident) => Promise<boolean>
  readonly pages: {
    find(id: string): Promise<Page | undefined>
    /** Numbers of the incidents that its message told of. */
    led(page: Page): Promise<readonly number[]>
  }
  readonly incidents: { find(incident: number): Promise<Incident | undefined> }
  readonly answers: Pick<ChannelAnswers, 'acknowledgeAs'>
}

/** Answers that come by the link of a mail that tells of several incidents. Looking changes nothing, for mail scanners open every link. */
export function createAnswerLinkHandler({
  links,
  isGood,
  pages,
  incidents,
  answers,
}: AnswerLinkHandlerOptions) {
  async function answered(token: string): Promise<{ page: Page; incident: Incident } | undefined> {
    const id = links.pageOf(token)
    const page = id === undefined ? undefined : await pages.find(id)
    const incident = page === undefined ? undefined : await incidents.find(page.incident)
    if (page === undefined || incident === undefined) return undefined
    return (await isGood(page, incident)) ? { page, incident } : undefined
  }
  return {
    /** Whom the link speaks for, and about what and how much; `undefined` when it is not ours or no longer good. */
    async look(token: string): Promise<{ person: string; incident: Incident; count: number } | undefined> {
      const found = await answered(token)
      if (found === undefined) return undefined
      const { page, incident } = found
      return { person: page.person, incident, count: (await pages.led(page)).length }
    },

    async acknowledge(token: string): Promise<AnswerResult | undefined> {
      const page = (await answered(token))?.page
      if (page === undefined) return undefined
      // The same for every click on one link: a second one is a repeat.
      const commandId = `mail-${page.id.replaceAll(/[^\w-]+/g, '-')}`.slice(0, 100)
      return answers.acknowledgeAs(page.person, await pages.led(page), commandId)
    },
  }
}
