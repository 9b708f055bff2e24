import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Beside, startBeside } from './beside.ts'

let beside: Beside

beforeAll(async () => {
  beside = await startBeside()
})
afterAll(() => beside?.stop())

const uuid = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g
const instant = /\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?: UTC|Z)/g
const hour = 3_600_000

/** Ids by the order in which they were first seen, and instants of these hours by the minutes from now. */
function comparable(text: string, ids: string[]): string {
  return text
    .replace(uuid, (id) => {
      if (!ids.includes(id)) ids.push(id)
      return `<id ${ids.indexOf(id)}>`.padEnd(id.length)
    })
    .replace(instant, (written) => {
      const away = Date.parse(written.replace(' ', 'T').replace(' UTC', 'Z')) - Date.now()
      return Math.abs(away) > 24 * hour ? written : `<${Math.round(away / 60_000)} min>`
    })
}

/** Runs amtool on both; `{0}` in an argument is the first id that was seen. */
function amtoolOnBoth() {
  const run = (side: Beside['ours'], ids: string[]) => async (args: readonly string[]) => {
    const filled = args.map((arg) => arg.replace(/\{(\d+)\}/g, (_, index) => ids[Number(index)] ?? ''))
    const { code, stdout, stderr } = await side.amtool(...filled)
    return { code, stdout: comparable(stdout, ids), stderr: comparable(stderr, ids) }
  }
  const [theirs, ours] = [run(beside.theirs, []), run(beside.ours, [])]
  return async (line: string) => {
    const args = line.match(/'[^']*'|\S+/g)?.map((arg) => arg.replace(/^'(.*)'$/s, '$1')) ?? []
    const [expected, actual] = await Promise.all([theirs(args), ours(args)])
    expect([line, actual]).toEqual([line, expected])
    return actual
  }
}

/** @param lines arguments of amtool; behind `fails:` those that it cannot fulfil */
async function compare(lines: readonly string[]): Promise<void> {
  const both = amtoolOnBoth()
  for (const line of lines) {
    const { code } = await both(line.replace('fails: ', ''))
    expect([line, code]).toEqual([line, line.startsWith('fails: ') ? 1 : 0])
  }
}

const formats = ['simple', 'extended', 'json']

describe('amtool says of Firewatch what it says of Alertmanager', () => {
  it('about alerts', async () => {
    await compare([
      "alert add HighLoad service=shop instance=a team=db cluster=eu '--annotation=summary=Load is high' --generator-url=http://prom/graph?a=b --start=2020-01-01T00:00:00Z",
      'alert add HighLoad service=shop instance=b --start=2020-01-01T00:00:00.5Z --end=2099-01-01T00:00:00Z',
      "alert add 'alertname=With, comma' job=z --annotation=runbook=http://x",
      'alert add nothing=named',
      'alert add Over service=shop --start=2020-01-01T00:00:00Z --end=2020-01-01T01:00:00Z',
      ...formats.flatMap((format) => [
        `alert query -o ${format}`,
        `alert query -o ${format} HighLoad`,
        `alert query -o ${format} service=~sh.* instance!=a`,
        `alert query -o ${format} alertname!~High.*`,
        `alert query -o ${format} instance=`,
        `alert query -o ${format} --receiver=data.*`,
        `alert query -o ${format} --receiver=data`,
        `alert query -o ${format} --silenced`,
        `alert query -o ${format} --active --silenced --inhibited --unprocessed`,
      ]),
    ])
  })

  it('when an alert is sent again, changes, ends and fires anew', async () => {
    const query = 'alert query -o json phase=again'
    await compare([
      'alert add A phase=again --annotation=value=1 --start=2020-01-01T00:00:00Z',
      'alert add A phase=again --annotation=value=1 --start=2020-01-01T00:00:00Z',
      query,
      'alert add A phase=again --annotation=value=2 --start=2020-01-01T00:00:00Z',
      query,
      'alert add A phase=again --annotation=value=2 --start=2020-01-02T00:00:00Z',
      query,
      'alert add A phase=again --start=2020-01-01T00:00:00Z --end=2020-01-03T00:00:00Z',
      query,
      'alert add A phase=again --start=2020-01-04T00:00:00Z',
      query,
    ])
  })

  it('about silences', async () => {
    const queries = formats.flatMap((format) => [
      `silence query -o ${format} kind=made`,
      `silence query -o ${format} --expired kind=made`,
    ])
    await compare([
      'alert add S kind=made zone=eu',
      "silence add kind=made '--comment=new disks' --author=ben",
      ...queries,
      'alert query -o json --silenced kind=made',
      'alert query -o json kind=made',
      'silence add kind=made zone!=eu other!~"x|y" --duration=3h --comment=other',
      ...queries,
      'silence query kind=~made',
      'silence query --created-by=ben kind=made',
      'silence query --within=2h kind=made',
      'silence query --quiet kind=made',
      "silence update {0} --duration=2h '--comment=more disks'",
      ...queries,
      'silence expire {0}',
      ...queries,
      'alert query -o json kind=made',
      'silence expire {0}',
      'silence update {0} --duration=5h --comment=back',
      ...queries,
      'silence expire {1}',
      'silence expire {2}',
      ...queries,
    ])
  })

  it('about routes and receivers', async () => {
    await compare([
      'config routes show',
      'config routes test team=db',
      'config routes test team=ops service=shop',
      'config routes test --tree team=db',
      'config routes test --tree team=db night=yes zone=us',
      'config routes test zone=us',
      'config routes test zone=eu team=db night=no',
      'config routes test --verify.receivers=databases,wake team=db',
      'fails: config routes test --verify.receivers=wake team=db',
      'cluster show',
    ])
  })

  it.each([
    ['alert add', 'at least one label pair required'],
    // As Alertmanager answers since 0.26; before, it was 500.
    ['silence expire 7d8a0e0a-1b54-4d4a-9e44-1c6ee3bb9a39', /silence not found|status 404/],
    ["silence add 'a=~.*' --comment=x", 'silence invalid'],
  ])('and fails as there: %s', async (line, words) => {
    const args = line.split(' ').map((arg) => arg.replaceAll("'", ''))
    for (const { amtool } of [beside.theirs, beside.ours]) {
      const { code, stderr } = await amtool(...args)
      expect([code, stderr]).toEqual([1, expect.stringMatching(words)])
    }
  })

  it('but only with a token', async () => {
    const answer = await fetch(new URL('/api/v2/alerts', beside.ours.url))
    expect(answer.status).toBe(401)
  })
})
