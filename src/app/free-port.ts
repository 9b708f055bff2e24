import { createServer } from 'node:net'

/** `port` if it is free on 127.0.0.1 now, any free one for 0; `undefined` when it is taken. */
export function freePort(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(undefined))
    probe.listen(port, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => resolve(address !== null && typeof address === 'object' ? address.port : undefined))
    })
  })
}
