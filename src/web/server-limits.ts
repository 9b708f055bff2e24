/** What one server process gives to those who connect. */
export interface ServerLimits {
  /** For all headers of a request, from its first byte. */
  readonly headersTimeoutMs: number
  /** For a whole request, its body included. */
  readonly requestTimeoutMs: number
  /** How often overdue connections are looked for. */
  readonly checkEveryMs: number
  /** Open at the same time; whoever comes then is hung up on. */
  readonly connections: number
  /** Bytes of bodies that are held at the same time, inflated, from their arrival until their request is answered. */
  readonly bodyBytes: number
}

/** A body of 32 MiB, as large as any may be, fits in as long as all others together hold no more than that. */
export const serverLimits: ServerLimits = {
  headersTimeoutMs: 10_000,
  requestTimeoutMs: 30_000,
  checkEveryMs: 1_000,
  connections: 4_096,
  bodyBytes: 96 * 1024 * 1024,
}
