import { acknowledge, change, resolve, trigger } from '@pagerduty/pdjs'

/* Carries out one call of PagerDuty's client for JavaScript: its argument is a JSON object with `server`, `call` and `data`. */

const calls = { trigger, acknowledge, resolve, change }
const asked: { server: string; call: keyof typeof calls; data: Parameters<typeof trigger>[0]['data'] } =
  JSON.parse(process.argv[2] ?? '')
const { server, call, data } = asked
// It waits 20 s after a 429 unless it is told otherwise.
const { status, data: answer } = await calls[call]({ server, data, retryTimeout: 1_000 })
process.stdout.write(JSON.stringify({ status, answer }))
