import { randomUUID } from 'node:crypto'

export interface FormFile {
  readonly field: string
  readonly name: string
  readonly type: string
  readonly bytes: Uint8Array
}

/**
 * A form with one file (RFC 7578). `FormData` would turn every line break of a text into two characters, which count against its limit.
 * @param fields names are plain words; values may be any text
 */
export function multipart(
  fields: Readonly<Record<string, string>>,
  { field, name, type, bytes }: FormFile,
): { contentType: string; body: Uint8Array } {
  const boundary = `firewatch-${randomUUID()}`
  const begin = (disposition: string) => `--${boundary}\r\nContent-Disposition: form-data; ${disposition}\r\n`
  const texts = Object.entries(fields).map(([key, value]) => `${begin(`name="${key}"`)}\r\n${value}\r\n`)
  const head = `${begin(`name="${field}"; filename="${name}"`)}Content-Type: ${type}\r\n\r\n`
  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    body: Buffer.concat([Buffer.from(texts.join('') + head), bytes, Buffer.from(`\r\n--${boundary}--\r\n`)]),
  }
}
