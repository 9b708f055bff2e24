import { Worker } from 'node:worker_threads'

/*
 * A process of its own for the expressions of maps. A thread would not do: V8 ends the whole process where one allocation is too large, whatever the
 * limits of its thread are. The thread is there so that this one stays awake, and ends with whoever started it.
 */

const worker = new Worker(new URL('./json-map-worker.ts', import.meta.url), {
  env: {},
  resourceLimits: { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 16 },
})
worker.on('message', (text: string) => process.send?.(text))
worker.on('error', () => process.exit(1))
process.on('message', (request) => worker.postMessage(request))
// At once, whatever the thread is at.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'))
