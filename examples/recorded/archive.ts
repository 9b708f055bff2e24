import type { RunningFirewatch } from '../../src/app/firewatch.ts'
import type { CauseNode } from '../../src/domain/investigate/cause-tree.ts'
import { incidentName } from '../../src/domain/investigate/evidence.ts'
import type { Incident } from '../../src/domain/incident/incident.ts'
import type { StoredReview } from '../../src/domain/post-mortem/stored-review.ts'
import type { IncidentView } from '../../src/web/incident-view.ts'

/** An incident as Firewatch keeps it, with what its review says of causes. */
export interface ArchivedIncident {
  readonly name: string
  readonly incident: Incident
  readonly records: IncidentView
  readonly review: string
  readonly causes: readonly Pick<CauseNode, 'id' | 'claim' | 'status'>[]
}

export type Archive = ReturnType<typeof createArchive>

/** What is kept of incidents, by Firewatch's own interface. */
export function createArchive({ url, token }: Pick<RunningFirewatch, 'url' | 'token'>) {
  async function call<Answer>(path: string, as: string, body?: object): Promise<Answer> {
    const authorization = `Bearer ${as}`
    const response = await fetch(
      new URL(path, url),
      body === undefined
        ? { headers: { authorization } }
        : {
            method: 'POST',
            headers: { authorization, 'content-type': 'application/json' },
            body: JSON.stringify(body),
          },
    )
    if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`)
    return (await response.json()) as Answer
  }

  async function read(incident: Incident): Promise<ArchivedIncident> {
    const name = incidentName(incident.number)
    const { incident: _again, ...records } = await call<{ incident: Incident } & IncidentView>(
      `/api/v1/incidents/${name}`,
      token,
    )
    const { markdown, model } = await call<StoredReview>(`/api/v1/incidents/${name}/review`, token)
    const causes = model.trees.flatMap((tree) => tree.causes.flatMap(withCauses))
    return { name, incident, records, review: markdown, causes }
  }

  return {
    /** In the order in which they began. */
    async all(): Promise<ArchivedIncident[]> {
      const { incidents } = await call<{ incidents: Incident[] }>('/api/v1/incidents', token)
      const kept = await Promise.all(incidents.map(read))
      return kept.toSorted((a, b) => (a.incident.startedAt < b.incident.startedAt ? -1 : 1))
    },

    tokenOf: async (person: string, admin: string): Promise<string> =>
      (await call<{ token: string }>('/api/v1/tokens', admin, { person })).token,

    markNotActionable: (name: string, as: string, reason: string): Promise<unknown> =>
      call(`/api/v1/incidents/${name}/not-actionable`, as, { reason }),
  }
}

function withCauses(node: CauseNode): CauseNode[] {
  return [node, ...node.causes.flatMap(withCauses)]
}
