import type { ChannelAnswers, AnswerResult } from '../domain/page/channel-answers.ts'
import type { Incident } from '../domain/incident/incident.ts'
import type { Page } from '../domain/page/page.ts'

export interface AnswerLinkHandlerOptions {
  readonly links: { pageOf(token: string): string | undefined }
  readonly pages: {
    find(id: string): Promise<Page | undefined>
    /** Numbers of the incidents that its message told of. */
    led(page: Page): Promise<readonly number[]>
  }
  readonly incidents: { find(incident: number): Promise<Incident | undefined> }
  readonly answers: Pick<ChannelAnswers, 'acknowledgeAs'>
}

/** Answers that come by the link of a mail. Looking changes nothing, for mail scanners open every link. */
export function createAnswerLinkHandler({ links, pages, incidents, answers }: AnswerLinkHandlerOptions) {
  async function pageOf(token: string): Promise<Page | undefined> {
    const id = links.pageOf(token)
    return id === undefined ? undefined : pages.find(id)
  }
  return {
    /** Whom the link speaks for, and about what and how much; `undefined` when it is not ours or no longer good. */
    async look(token: string): Promise<{ person: string; incident: Incident; count: number } | undefined> {
      const page = await pageOf(token)
      const incident = page === undefined ? undefined : await incidents.find(page.incident)
      if (page === undefined || incident === undefined) return undefined
      return { person: page.person, incident, count: (await pages.led(page)).length }
    },

    async acknowledge(token: string): Promise<AnswerResult | undefined> {
      const page = await pageOf(token)
      if (page === undefined) return undefined
      // The same for every click on one link: a second one is a repeat.
      const commandId = `mail-${page.id.replaceAll(/[^\w-]+/g, '-')}`.slice(0, 100)
      return answers.acknowledgeAs(page.person, await pages.led(page), commandId)
    },
  }
}
