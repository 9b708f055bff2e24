import type { RawRequest } from '../../src/intake/proof.ts'

/** @param headers in lower case */
export function rawRequest(
  body: string | Uint8Array,
  headers: Readonly<Record<string, string>> = {},
): RawRequest {
  return { header: (name) => headers[name], body: Buffer.from(body) }
}
