import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'

export interface Asset {
  readonly path: string
  readonly type: string
  readonly content: Buffer
}

/** A file that pages load. Its path changes with its content, so browsers may keep it for ever. */
function asset(name: string, type: string): Asset {
  const content = readFileSync(new URL(`./assets/${name}`, import.meta.url))
  const hash = createHash('sha256').update(content).digest('hex').slice(0, 10)
  const [stem, extension] = name.split('.')
  return { path: `/assets/${stem}.${hash}.${extension}`, type, content }
}

export const stylesheet = asset('console.css', 'text/css; charset=utf-8')
export const script = asset('console.js', 'text/javascript; charset=utf-8')
export const icon = asset('icon.svg', 'image/svg+xml')
