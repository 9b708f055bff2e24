import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Html } from './html.ts'

/** Answers with a page. */
export function sendPage(reply: FastifyReply, page: Html): FastifyReply {
  return reply.type('text/html; charset=utf-8').send(page.text)
}

/** Who looks at the page. */
export function personOf({ principal }: FastifyRequest): string {
  return principal?.person ?? ''
}
