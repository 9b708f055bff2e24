import type { Finding } from './problems.ts'
import type { Path } from './written.ts'

/** Entries of a list, by the text that tells them apart, that stood in it before; `undefined` ones are left alone. */
export function repeated(list: Path, texts: readonly (string | undefined)[], key?: string): Finding[] {
  return texts.flatMap((text, index) => {
    const first = texts.indexOf(text)
    if (text === undefined || first === index) return []
    const path = key === undefined ? [...list, index] : [...list, index, key]
    return [{ path, message: `"${text}" stands twice in this list: entry ${first} has it already` }]
  })
}
