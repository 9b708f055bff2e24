import type { FastifyRequest } from 'fastify'

export const sessionCookie = 'firewatch_session'

/** Of the link that opened an incident in this browser: one for each, so that none takes the place of another. */
export function pageLinkCookie(incident: number): string {
  return `firewatch_link_${incident}`
}

export function cookieIn(request: FastifyRequest, name: string): string | undefined {
  const cookies = (request.headers.cookie ?? '').split(';').map((cookie) => cookie.trim())
  return cookies.find((cookie) => cookie.startsWith(`${name}=`))?.slice(name.length + 1)
}

/**
 * A value for `set-cookie`. Lax, so that a link in a page or a chat opens the incident without a second log-in; changes are guarded by Origin.
 * @param publicUrl where people reach us: over TLS, the cookie goes nowhere else
 * @param forMs 0 takes it back
 */
export function setCookie(publicUrl: string, name: string, value: string, forMs: number): string {
  const secure = publicUrl.startsWith('https:') ? '; Secure' : ''
  return `${name}=${value}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${forMs / 1000}${secure}`
}
