import { createJsonMapEvaluator } from '../intake/json-map-evaluator.ts'
import { createMappedReceiver } from '../intake/mapped-receiver.ts'
import { createSignedReceiver } from '../intake/signed-receiver.ts'
import { createSnsReader } from '../intake/sns-receiver.ts'
import type { SignedIntake } from '../web/signed-intake.ts'
import { countedReceipt } from './counted.ts'
import { loaded } from './loaded.ts'
import { exchangeTimeoutMs, secretsOf } from './outside.ts'
import { createReceptions } from './receptions.ts'
import { senderContexts } from './sender-context.ts'
import { now, type ServerParts } from './server-parts.ts'

type Parts = Pick<ServerParts, 'records' | 'running' | 'log' | 'metrics' | 'withinQuota'>

/** What takes in what senders bring who sign it, or whose bodies need a map: read, stored and counted. */
export function createSignedIntake(parts: Parts, env: NodeJS.ProcessEnv): SignedIntake {
  const { running, log, metrics } = parts
  const { once, repeating } = createReceptions(parts)
  const common = {
    senders: () => running().integrations?.senders,
    contextOf: senderContexts(running),
    log: (message: string, error: unknown) => log.warn({ err: error }, message),
  }
  const signed = createSignedReceiver({
    ...common,
    resolveSecret: secretsOf(env),
    readSns: createSnsReader({ get: lazyGet(parts), now, log }),
    // Grafana repeats what lasts.
    receive: (kind, read) =>
      countedReceipt(kind, metrics, async () => (kind === 'grafana' ? repeating : once)(read())),
  })
  const mapped = createMappedReceiver({
    ...common,
    evaluator: createJsonMapEvaluator(),
    receive: (read) => countedReceipt('json', metrics, async () => once(await read())),
  })
  return {
    receive: signed,
    receiveMapped: (sender, body) => mapped.receive(sender, body),
    tryMap: (sender, body) => mapped.tryOut(sender, body),
  }
}

/** The HTTP client takes memory: it is loaded where SNS is configured. */
function lazyGet({ running }: Parts) {
  const usesSns = Object.values(running().integrations?.senders ?? {}).some(({ kind }) => kind === 'sns')
  const client = loaded(usesSns, async () => {
    const { createGet } = await import('../http/get.ts')
    return createGet({ timeoutMs: exchangeTimeoutMs })
  })
  return async (url: URL) => (await client())(url)
}
