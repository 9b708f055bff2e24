/** A browser that opened the link of a page, and has nothing else. */
export interface OpenedLink {
  /** The incident's page. */
  read(): Promise<string>
  status(path: string): Promise<number>
  /** Presses the button of a command; answers with the status. */
  command(verb: string): Promise<number>
}

export async function openLink(link: string): Promise<OpenedLink> {
  const opened = await fetch(link, { redirect: 'manual', headers: { accept: 'text/html' } })
  const cookie = (opened.headers.get('set-cookie') ?? '').replace(/;.*/, '')
  const page = new URL(opened.headers.get('location') ?? '/nowhere', link)
  const headers = { cookie, accept: 'text/html' }
  return {
    read: async () => (await fetch(page, { headers })).text(),
    status: async (path) => (await fetch(new URL(path, page), { headers, redirect: 'manual' })).status,
    command: async (verb) => {
      const { origin, pathname } = page
      const post = { method: 'POST', redirect: 'manual', headers: { ...headers, origin } } as const
      return (await fetch(new URL(`${pathname}/${verb}`, origin), post)).status
    },
  }
}
