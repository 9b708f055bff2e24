export interface Family {
  readonly type: string
  readonly samples: readonly MetricSample[]
}

export interface MetricSample {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

/** What a sample of a type may be called, after its family's name. */
const suffixes: Readonly<Record<string, readonly string[]>> = {
  counter: ['_total', '_created'],
  gauge: [''],
  histogram: ['_bucket', '_sum', '_count', '_created'],
  summary: ['', '_sum', '_count', '_created'],
  unknown: [''],
  info: ['_info'],
}

/**
 * Reads an exposition as strictly as a scraper does.
 * @throws naming the line that is no OpenMetrics
 * @see https://github.com/prometheus/OpenMetrics/blob/main/specification/OpenMetrics.md
 */
export function parseOpenMetrics(text: string): ReadonlyMap<string, Family> {
  if (!text.endsWith('# EOF\n')) throw new Error('the exposition does not end with "# EOF"')
  const families = new Map<string, { type: string; samples: MetricSample[] }>()
  let current = ''
  for (const line of text.slice(0, -'# EOF\n'.length).split('\n').slice(0, -1)) {
    const described = /^# (TYPE|HELP|UNIT) ([a-zA-Z_:][\w:]*) (.+)$/.exec(line)
    if (described !== null) {
      const [, keyword, name = '', rest = ''] = described
      if (name !== current && families.has(name))
        throw new Error(`${name} is described in two places: ${line}`)
      const family = families.get(name) ?? { type: 'unknown', samples: [] }
      if (family.samples.length > 0) throw new Error(`a sample comes before its description: ${line}`)
      families.set(name, { ...family, ...(keyword === 'TYPE' ? { type: rest } : {}) })
      current = name
      continue
    }
    const sample = parseSample(line)
    const family = families.get(current)
    if (
      family === undefined ||
      !(suffixes[family.type] ?? []).some((suffix) => sample.name === current + suffix)
    )
      throw new Error(`not a sample of the ${family?.type} ${current}: ${line}`)
    family.samples.push(sample)
  }
  for (const [name, family] of families) if (family.type === 'histogram') checkHistogram(name, family)
  return families
}

/** The value of the one sample that has these labels. */
export function valueIn(
  families: ReadonlyMap<string, Family>,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number | undefined {
  const samples = [...families.values()].flatMap((family) => family.samples)
  const wanted = Object.entries(labels)
  return samples.find(
    (one) => one.name === name && wanted.every(([label, value]) => one.labels[label] === value),
  )?.value
}

function parseSample(line: string): MetricSample {
  const found =
    /^([a-zA-Z_:][\w:]*)(?:\{((?:[a-zA-Z_]\w*="(?:[^"\\\n]|\\["\\n])*",?)*)\})? (\S+)(?: [\d.]+)?$/.exec(line)
  if (found === null) throw new Error(`no sample: ${line}`)
  const [, name = '', labels = '', value = ''] = found
  const pairs = [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, label, text]) => [
    label,
    unescaped(text ?? ''),
  ])
  const names = pairs.map(([label]) => label)
  if (new Set(names).size !== names.length) throw new Error(`a label occurs twice: ${line}`)
  return { name, labels: Object.fromEntries(pairs) as Record<string, string>, value: numberOf(value, line) }
}

function unescaped(text: string): string {
  return text.replaceAll(/\\(.)/g, (_, letter: string) => (letter === 'n' ? '\n' : letter))
}

const specials: Readonly<Record<string, number>> = {
  '+inf': Number.POSITIVE_INFINITY,
  '-inf': Number.NEGATIVE_INFINITY,
  nan: Number.NaN,
}

function numberOf(text: string, line: string): number {
  // The specification takes these in any case.
  const special = specials[text.toLowerCase()]
  if (special !== undefined) return special
  const value = Number(text)
  if (Number.isNaN(value)) throw new Error(`no number: ${line}`)
  return value
}

/** Buckets rise, and the last one holds all that were counted. */
function checkHistogram(name: string, { samples }: Family): void {
  const key = ({ labels }: MetricSample) => {
    const others = Object.entries(labels).filter(([label]) => label !== 'le')
    return JSON.stringify(others.map(String).toSorted())
  }
  for (const count of samples.filter((one) => one.name === `${name}_count`)) {
    const buckets = samples.filter((one) => one.name === `${name}_bucket` && key(one) === key(count))
    const values = buckets.map(({ value }) => value)
    if (buckets.at(-1)?.labels['le'] !== '+Inf' || values.at(-1) !== count.value)
      throw new Error(`the last bucket of ${name} is not all of it`)
    if (values.some((value, index) => value < (values[index - 1] ?? 0)))
      throw new Error(`buckets of ${name} fall`)
  }
}
