import { acknowledge, change, resolve, trigger } from '@pagerduty/pdjs'

/* Carries out one call of PagerDuty's client for JavaScript: its argument is a JSON object with `server`, `call` and `data`. */

const calls = { trigger, acknowledge, resolve, change }
const asked: { server: string; call: keyof typeof calls; data: Parameters<typeof trigger>[0]['data'] } =
  JSON.parse(process.argv[2] ?? '')
const { server, call, data } = asked
// After a 429 it waits 20 s unless it is told otherwise, and leaves its timer of 30 s running, which ends nothing but keeps the process.
const waits = { retryTimeout: 1_500, requestTimeout: 0 }
const { status, data: answer } = await calls[call]({ server, data, ...waits })
process.stdout.write(JSON.stringify({ status, answer }))
