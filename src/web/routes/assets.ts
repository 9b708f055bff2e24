import type { FastifyInstance } from 'fastify'
import { icon, script, stylesheet } from '../assets.ts'

const keepForEver = 'public, max-age=31536000, immutable'

/** What pages load: the style sheet, the script and the icon. */
export function assetRoutes(app: FastifyInstance): void {
  for (const { path, type, content } of [stylesheet, script, icon]) {
    app.get(path, { config: { access: 'public' } }, (_request, reply) =>
      reply.type(type).header('cache-control', keepForEver).send(content),
    )
  }
  // Browsers ask for it by themselves where a page names none.
  app.get('/favicon.ico', { config: { access: 'public' } }, (_request, reply) =>
    reply.type(icon.type).header('cache-control', 'max-age=86400').send(icon.content),
  )
}
