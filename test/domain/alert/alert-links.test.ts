import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { alertLinks } from '../../../src/domain/alert/alert-links.ts'
import { incidentLinks } from '../../../src/domain/incident/incident-links.ts'
import { readLink } from '../../../src/domain/values/web-link.ts'
import { alert, incident } from '../../support/pages.ts'

describe('N35: where an alert leads', () => {
  it('is known by what its annotations are called', () => {
    const annotations = {
      summary: 'see https://example.org',
      runbook_url: 'https://runbooks.example.org/HighErrorRate',
      dashboard: 'https://grafana.example.org/d/1',
      dashboard_url: 'https://grafana.example.org/d/2',
      dashboardURL: 'https://grafana.example.org/d/3',
      panelURL: 'https://grafana.example.org/d/3?viewPanel=1',
      chart: 'https://charts.example.org/likes',
      generatorURL: 'http://prometheus:9090/graph?g0.expr=cpu+%3E+80&g0.tab=1',
      client_url: 'https://monitoring.example.org/',
    }
    expect(alertLinks({ annotations })).toEqual({
      links: [
        { kind: 'runbook', title: 'Runbook', url: 'https://runbooks.example.org/HighErrorRate' },
        { kind: 'dashboard', title: 'Dashboard', url: 'https://grafana.example.org/d/1' },
        { kind: 'dashboard', title: 'Dashboard', url: 'https://grafana.example.org/d/2' },
        { kind: 'dashboard', title: 'Dashboard', url: 'https://grafana.example.org/d/3' },
        { kind: 'dashboard', title: 'Panel', url: 'https://grafana.example.org/d/3?viewPanel=1' },
        { kind: 'chart', title: 'Chart elsewhere', url: 'https://charts.example.org/likes' },
        { kind: 'source', title: 'Source', url: 'http://prometheus:9090/graph?g0.expr=cpu+%3E+80&g0.tab=1' },
        { kind: 'source', title: 'Source', url: 'https://monitoring.example.org/' },
      ],
      refused: [],
    })
  })

  it('is each address once, and what is only a text is none', () => {
    const same = 'https://grafana.example.org/d/1'
    expect(
      alertLinks({
        annotations: { dashboard: same, dashboard_url: same, runbook: 'restart it', dashboardUid: 'x7' },
      }),
    ).toEqual({ links: [{ kind: 'dashboard', title: 'Dashboard', url: same }], refused: [] })
  })

  it.each([
    ['javascript:alert(1)', 'is neither http nor https'],
    ['JaVaScRiPt:alert(1)', 'is neither http nor https'],
    ['data:text/html,<script>alert(1)</script>', 'is neither http nor https'],
    ['ftp://files.example.org/runbook', 'is neither http nor https'],
    ['/runbooks/local', 'is not an address: a whole one begins with http:// or https://'],
    ['//evil.example', 'is not an address: a whole one begins with http:// or https://'],
    ['https:evil.example', 'is not an address: a whole one begins with http:// or https://'],
    ['https://good.example\\@evil.example', 'is not an address: a whole one begins with http:// or https://'],
    ['https://', 'is not an address: a whole one begins with http:// or https://'],
    ['https://example.org/\nhttps://evil.example', 'holds white space or characters that nobody sees'],
    ['java\nscript:alert(1)', 'holds white space or characters that nobody sees'],
    ['https://example.org/\u202egnp', 'holds white space or characters that nobody sees'],
    ['https://exam\u200bple.org/', 'holds white space or characters that nobody sees'],
    [`https://example.org/${'x'.repeat(10_000)}`, 'is longer than 2048 characters'],
    [`https://example.org/${'é'.repeat(1_000)}`, 'is longer than 2048 characters'],
    ['https://ana:secret@example.org/', 'has a user name or a password in it'],
    ['https://grafana.example.org@evil.example/', 'has a user name or a password in it'],
    ['https://gr\u0430fana.example/', 'names its host in letters that can be taken for others'],
    ['https://xn--grfana-3ve.example/', 'names its host in letters that can be taken for others'],
  ])('is never %s, which is told as text', (runbook_url, reason) => {
    const { links, refused } = alertLinks({ annotations: { runbook_url } })
    expect(links).toEqual([])
    expect(refused).toMatchObject([{ name: 'runbook_url', reason }])
    expect(refused[0]?.text.length).toBeLessThanOrEqual(200)
    expect(refused[0]?.text).not.toMatch(/[\n\r]/)
  })

  it('is http or https without a password, whatever it says', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.webUrl()), (written) => {
        const read = readLink(written)
        if (read.kind === 'refused') return
        const url = new URL(read.url)
        expect(url.href).toBe(read.url)
        expect(['http:', 'https:']).toContain(url.protocol)
        expect(url.username + url.password).toBe('')
        expect(read.url).not.toMatch(/\s/)
      }),
    )
  })

  it('is bounded, however many there are', () => {
    const many = Object.fromEntries(
      Array.from({ length: 300 }, (_, n) => [`dashboard_${n}`, `https://x.example/${n}`]),
    )
    expect(alertLinks({ annotations: many }).links).toHaveLength(8)
    const bad = Object.fromEntries(
      Array.from({ length: 300 }, (_, n) => [`dashboard_${n}_url`, `ftp://${n}`]),
    )
    expect(alertLinks({ annotations: bad }).refused).toHaveLength(8)
  })
})

describe('N35: where an incident leads', () => {
  const links = [{ title: 'Logs', url: 'https://logs.example.org/checkout' }]
  const configuration = {
    services: { checkout: { name: 'checkout', dashboardUrl: 'https://boards.example.org/checkout', links } },
    metrics: {},
    checks: {},
  }

  it('is what to do first, then what shows more, and where it comes from last; each once, under names that differ', () => {
    const fires = (name: string) =>
      alert(name, {
        annotations: {
          runbook_url: 'https://runbooks.example.org/errors',
          dashboard: 'https://boards.example.org/other',
          generatorURL: `http://prometheus:9090/${name}`,
        },
      })
    const told = incidentLinks({
      incident: incident(),
      alerts: [fires('a'), fires('b'), fires('c')],
      configuration,
      runbook: { title: 'Checkout errors', url: 'https://firewatch.example.org/runbooks/checkout' },
    })
    expect(told.map(({ title, url }) => `${title}: ${url}`)).toEqual([
      'Runbook: Checkout errors: https://firewatch.example.org/runbooks/checkout',
      'Runbook: https://runbooks.example.org/errors',
      'Dashboard: https://boards.example.org/checkout',
      'Dashboard 2: https://boards.example.org/other',
      'Logs: https://logs.example.org/checkout',
      'Source: http://prometheus:9090/a',
      'Source 2: http://prometheus:9090/b',
    ])
  })

  it.each(['check', 'heartbeat'])('has what people configured for a %s', (label) => {
    const place = {
      runbookUrl: 'https://wiki.example.org/feed',
      dashboardUrl: 'https://boards.example.org/feed',
      links,
    }
    const told = incidentLinks({
      incident: incident({ service: 'feed' }),
      alerts: [alert('likes', { labels: { [label]: 'feed-activity' } })],
      configuration: { ...configuration, [`${label}s`]: { 'feed-activity': place } as never },
    })
    expect(told.map(({ kind, title }) => [kind, title])).toEqual([
      ['runbook', 'Runbook'],
      ['dashboard', 'Dashboard'],
      ['other', 'Logs'],
    ])
  })
})
