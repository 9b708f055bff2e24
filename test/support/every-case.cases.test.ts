import { describe, expect, it } from 'vitest'
import { casesDirectory, readCases, readers, type Case } from './cases.ts'

const areas = readers.map((reader) => ('area' in reader ? reader.area : undefined))
const files = [...new Set(readers.map(({ file }) => file))]

describe('the cases', () => {
  it('are there, at least some of them, and so were run', () => {
    const read = files.flatMap((file) =>
      readCases<Case>(file).filter(({ area }) => areas.includes(area as (typeof areas)[number])),
    )
    expect(read.length, `cases in ${casesDirectory} that a reader takes`).toBeGreaterThan(0)
  })

  it.each(files)('of %s.json have ids of their own', (file) => {
    const ids = readCases<Case>(file).map(({ id }) => id)
    expect(ids).toEqual([...new Set(ids)])
  })

  const unread = files.flatMap((file) =>
    readCases<Case>(file).filter(({ area }) => !areas.includes(area as (typeof areas)[number])),
  )
  for (const [area, cases] of Map.groupBy(unread, ({ area: of }) => of))
    it.skip(`of the area ${area} have no reader: ${cases.map(({ id }) => id).join(' ')}`)
})
