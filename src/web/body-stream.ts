import { Transform, type Readable, type TransformCallback } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { mostNested, nestedTooDeep } from '../domain/values/json-body.ts'
import { HttpProblem } from './errors.ts'
import { createShapeCheck } from './json-shape.ts'

/** A body that comes in, inflated. Fastify asks how long it was on its way. */
export interface BodyStream extends Readable {
  readonly receivedEncodedLength: number
}

export interface BodyRules {
  readonly limitBytes: number
  /** Whether so many more bytes may be held. */
  readonly take: (bytes: number) => boolean
}

/** Of lists, objects and members: a byte in sixteen, in a body of 32 MiB. Alerts have far fewer. */
const mostValues = 2_000_000
/** What is packed tighter than that is no list of alerts: their times and fingerprints cannot be packed. */
const mostRatio = 100
const ratioCountsFrom = 1024 * 1024

/** A body within its rules; what breaks them ends the stream with an {@link HttpProblem}, and the rest of it is not looked at. */
export function boundedBody(payload: Readable, isGzip: boolean, rules: BodyRules): BodyStream {
  const gunzip = isGzip ? createGunzip() : undefined
  const body = new BoundedBody(rules, () => gunzip?.bytesWritten)
  payload.on('data', (chunk: Buffer) => void (body.receivedEncodedLength += chunk.length))
  const cut = () => body.destroy(new HttpProblem(400, 'the body broke off'))
  payload.once('error', cut)
  payload.once('close', () => {
    if (!payload.readableEnded) cut()
  })
  gunzip?.once('error', () => body.destroy(new HttpProblem(400, 'the body is not gzip, or ends too early')))
  body.once('close', () => {
    payload.unpipe()
    gunzip?.destroy()
    // Read on and thrown away: the sender reads no answer before it has sent everything.
    if (!payload.destroyed) payload.resume()
  })
  // Fastify stops listening once it has its answer.
  body.on('error', () => undefined)
  if (gunzip === undefined) payload.pipe(body)
  else payload.pipe(gunzip).pipe(body)
  return body
}

class BoundedBody extends Transform implements BodyStream {
  receivedEncodedLength = 0
  readonly #rules: BodyRules
  readonly #packed: () => number | undefined
  readonly #badShape = createShapeCheck({ levels: mostNested, values: mostValues })
  #bytes = 0

  constructor(rules: BodyRules, packed: () => number | undefined) {
    super()
    this.#rules = rules
    this.#packed = packed
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    const problem = this.#problemOf(chunk)
    if (problem === undefined) done(null, chunk)
    else done(problem)
  }

  #problemOf(chunk: Buffer): HttpProblem | undefined {
    this.#bytes += chunk.length
    const { limitBytes, take } = this.#rules
    if (this.#bytes > limitBytes)
      return new HttpProblem(413, `the body is larger than ${limitBytes} bytes; send less at a time`)
    const packed = this.#packed()
    if (packed !== undefined && this.#bytes > ratioCountsFrom && this.#bytes > packed * mostRatio)
      return new HttpProblem(413, `the body inflates to more than ${mostRatio} times its size`)
    if (!take(chunk.length)) return new HttpProblem(503, 'too many large bodies are being read; come again')
    switch (this.#badShape(chunk)) {
      case 'deep':
        return new HttpProblem(400, nestedTooDeep)
      case 'many':
        return new HttpProblem(413, `the body has more than ${mostValues} values; send less at a time`)
      case undefined:
        return undefined
    }
  }
}
