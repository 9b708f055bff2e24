import { randomBytes } from 'node:crypto'

/** 128 random bits in hex: lets a link show one incident's chart, and nobody guess another's. */
export function newToken(): string {
  return randomBytes(16).toString('hex')
}
