import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'

export interface Asset {
  readonly path: string
  readonly type: string
  readonly content: Buffer
}

/** What pages load, put together from files. Its path changes with its content, so browsers may keep it for ever. */
function asset(name: string, type: string, files: readonly string[] = [name]): Asset {
  const content = Buffer.concat(
    files.map((file) => readFileSync(new URL(`./assets/${file}`, import.meta.url))),
  )
  const hash = createHash('sha256').update(content).digest('hex').slice(0, 10)
  const [stem, extension] = name.split('.')
  return { path: `/assets/${stem}.${hash}.${extension}`, type, content }
}

export const stylesheet = asset('console.css', 'text/css; charset=utf-8', [
  'tokens.css',
  'base.css',
  'components.css',
  'console.css',
])
export const script = asset('console.js', 'text/javascript; charset=utf-8')
export const icon = asset('icon.svg', 'image/svg+xml')
