import type { IncomingMessage } from 'node:http'
import { promisify } from 'node:util'
import { brotliDecompress, gunzip, zstdDecompress } from 'node:zlib'
import { badArguments, QueryError, tooManyBytes } from './errors.ts'

/** Largest body, as sent and as unpacked. Bodies wait in memory. */
export const maxBodyBytes = 64 * 1024 * 1024

const decompress = {
  gzip: promisify(gunzip),
  br: promisify(brotliDecompress),
  zstd: promisify(zstdDecompress),
} as const

/** The whole body, unpacked. */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  // What is too large is still read to its end: a sender that is cut off sees a broken connection and never the answer.
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size <= maxBodyBytes) chunks.push(chunk)
    else chunks.length = 0
  }
  if (size > maxBodyBytes) throw tooLarge()
  return unpack(Buffer.concat(chunks), request.headers['content-encoding'] ?? 'identity')
}

async function unpack(body: Buffer, encoding: string): Promise<Buffer> {
  if (encoding === 'identity') return body
  if (encoding !== 'gzip' && encoding !== 'br' && encoding !== 'zstd')
    throw new QueryError(
      89,
      'UNKNOWN_COMPRESSION_METHOD',
      `Content-Encoding ${encoding} is not supported: use gzip, br or zstd`,
    )
  try {
    return await decompress[encoding](body, { maxOutputLength: maxBodyBytes })
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    throw code === 'ERR_BUFFER_TOO_LARGE'
      ? tooLarge()
      : badArguments(`The body is not valid ${encoding}: ${message}`)
  }
}

function tooLarge(): QueryError {
  return tooManyBytes(
    `The body has more than ${maxBodyBytes / 1024 / 1024} MiB: send the rows in several inserts`,
  )
}
