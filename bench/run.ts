import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { benchAccept } from './accept.ts'
import { benchChecks } from './checks.ts'
import { type Bench, isMet, type Report } from './figures.ts'
import { benchHistory } from './history.ts'
import { benchIntake } from './intake.ts'
import { benchLoad } from './load.ts'
import { describeMachine, machineText } from './machine.ts'
import { benchPage } from './page.ts'
import { benchIncidents } from './incidents.ts'
import { benchMemory, benchStart } from './start.ts'
import { benchStorm } from './storm.ts'
import { tableOf } from './table.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
})

// What Node made of the sources is kept, as whoever starts Firewatch by its command has it.
process.env['NODE_COMPILE_CACHE'] ??= fileURLToPath(
  new URL('../node_modules/.cache/firewatch/compiled', import.meta.url),
)

const quick = values.quick
const benches: Readonly<Record<string, Bench>> = {
  page: (tell) => benchPage(quick ? 5 : 100, tell),
  accept: (tell) =>
    benchAccept(quick ? { single: 500, batched: 6_400 } : { single: 10_000, batched: 64_000 }, tell),
  intake: (tell) =>
    benchIntake(
      quick
        ? { accepted: { 1: 500, 64: 6_400, 1_000: 10_000 }, paged: 5, storm: 2_000 }
        : { accepted: { 1: 10_000, 64: 64_000, 1_000: 100_000 }, paged: 100, storm: 10_000 },
      tell,
    ),
  storm: (tell) => benchStorm(quick ? 2_000 : 10_000, tell),
  incidents: (tell) => benchIncidents(quick ? 100 : 1_000, tell),
  checks: (tell) => benchChecks(quick ? [1_000] : [1_000, 10_000, 100_000], tell),
  memory: benchMemory,
  start: benchStart,
  history: benchHistory,
  load: (tell) => benchLoad(quick ? 2 : 60, tell),
}
/** One takes an hour, and one needs Debian's Alertmanager: only where they are asked for. */
const onlyNamed: readonly string[] = ['load', 'intake']

const tell = (line: string) => process.stderr.write(`${line}\n`)

process.exitCode = await main()

/** 0 when all was measured, whether or not a target was met: how fast a machine is decides no build. */
async function main(): Promise<number> {
  if (values.help) {
    process.stdout.write(helpText())
    return 0
  }
  const unknown = positionals.filter((name) => benches[name] === undefined)
  if (unknown.length > 0) {
    tell(`there is no benchmark ${unknown.join(', ')}; there are ${Object.keys(benches).join(', ')}`)
    return 2
  }
  const machine = describeMachine()
  if (!values.json) process.stdout.write(`${machineText(machine)}\n`)
  const reports: Report[] = []
  for (const [name, bench] of Object.entries(benches)) {
    const isAsked = positionals.length === 0 ? !onlyNamed.includes(name) : positionals.includes(name)
    if (!isAsked) continue
    const report = await bench((line) => tell(`${name}: ${line}`))
    reports.push(report)
    if (!values.json) process.stdout.write(`\n${tableOf(report)}\n`)
  }
  if (values.json)
    process.stdout.write(`${JSON.stringify({ machine, quick, reports: reports.map(judged) }, null, 2)}\n`)
  return 0
}

function judged(report: Report) {
  return { ...report, figures: report.figures.map((one) => ({ ...one, met: isMet(one) ?? null })) }
}

function helpText(): string {
  return `npm run bench [-- NAME …] [--quick] [--json]

Measures a whole Firewatch of its own, durable as shipped, and prints a table for each benchmark. Progress goes to
standard error. Run it on a machine that has nothing else to do.

Benchmarks: ${Object.keys(benches).join(', ')}; all of them but load, which takes an hour, and
intake, which runs beside Debian's prometheus-alertmanager, unless they are named.

  --quick   reduced sizes, to see that a benchmark runs: its figures say little
  --json    one document with the machine and all figures
`
}
