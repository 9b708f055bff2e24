import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { configurationJsonSchema } from '../../src/config/load.ts'
import { runbookSchema } from '../../src/config/schema/runbook.ts'

const documentation = await readFile(new URL('../../docs/configuration.md', import.meta.url), 'utf8')

interface Shape {
  readonly properties?: Readonly<Record<string, Shape>>
  readonly required?: readonly string[]
  readonly additionalProperties?: Shape | boolean
  readonly items?: Shape
  readonly oneOf?: readonly Shape[]
  readonly anyOf?: readonly Shape[]
  readonly default?: unknown
}

interface Key {
  readonly name: string
  readonly required: boolean
  readonly fallback: unknown
}

/** Every key that may be written, anywhere. */
function keysOf(shape: Shape): Key[] {
  const own = Object.entries(shape.properties ?? {}).flatMap(([name, child]) => [
    { name, required: shape.required?.includes(name) ?? false, fallback: child.default },
    ...keysOf(child),
  ])
  const { additionalProperties: values, items, oneOf = [], anyOf = [] } = shape
  const inside = [
    ...oneOf,
    ...anyOf,
    ...(items ? [items] : []),
    ...(typeof values === 'object' ? [values] : []),
  ]
  return [...own, ...inside.flatMap(keysOf)]
}

/** Key and default of each row of the tables; of `steps[].notify` the last part is the key. */
const rows = [...documentation.matchAll(/^\| `([\w.[\]]+)` +\| (.+?) +\|/gm)].map(
  ([, key = '', fallback = '']) => ({
    key: key.split('.').at(-1),
    fallback: fallback.replaceAll('`', ''),
  }),
)

const schemas = [configurationJsonSchema(), z.toJSONSchema(runbookSchema, { io: 'input' })]
const keys = schemas.flatMap((schema) => keysOf(schema as Shape))

describe('the documentation of the configuration and of runbooks', () => {
  it('names every key', () => {
    const isNamed = ({ name }: Key) => new RegExp(`\`[^\`\\n]*\\b${name}\\b[^\`\\n]*\``).test(documentation)
    expect(keys.filter((key) => !isNamed(key))).toEqual([])
  })

  it('gives every default as it is', () => {
    const plain = keys.filter(({ fallback }) => ['string', 'number'].includes(typeof fallback))
    const isGiven = ({ name, fallback }: Key) =>
      rows.some(
        (row) =>
          (row.key === name || row.key === 'detector') && row.fallback.split(' ').includes(String(fallback)),
      )
    expect(plain.length).toBeGreaterThan(10)
    expect(plain.filter((key) => !isGiven(key))).toEqual([])
  })

  it('calls nothing required that may be left out', () => {
    const required = new Set(keys.filter((key) => key.required).map(({ name }) => name))
    const claimed = rows.filter(({ fallback }) => fallback === 'required').map(({ key }) => key ?? '')
    expect(claimed.filter((key) => !required.has(key))).toEqual([])
  })
})
