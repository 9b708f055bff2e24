import type { ChangeEvent } from '../domain/alert/change-event.ts'
import type { SenderContext, IntakeReading } from './reading.ts'
import { changeOf, memberOf, textAt } from './foreign-body.ts'
import { isSecret, type RawRequest } from './proof.ts'

/* GitLab's webhooks: https://docs.gitlab.com/user/project/integrations/webhook_events/ */

/** GitLab shows the secret itself: https://docs.gitlab.com/user/project/integrations/webhooks/ */
export function isFromGitlab({ header }: RawRequest, secret: string): boolean {
  return isSecret(header('x-gitlab-token'), secret)
}

/**
 * Deployments and releases, as changes: they wake nobody. Every other event is taken and means nothing here.
 * @param event `X-Gitlab-Event`
 */
export function readGitlab(body: unknown, event: string | undefined, context: SenderContext): IntakeReading {
  const change =
    event === 'Deployment Hook'
      ? readDeployment(body, context)
      : event === 'Release Hook'
        ? readRelease(body, context)
        : undefined
  return { alerts: [], changes: change === undefined ? [] : [change], problems: [] }
}

/** What is said of a deployment; that it is created, approved or blocked is no news. */
const outcomes: ReadonlyMap<string, string> = new Map([
  ['running', 'Deploying'],
  ['success', 'Deployed'],
  ['failed', 'Failed to deploy'],
  ['canceled', 'Cancelled deploying'],
])

function readDeployment(body: unknown, context: SenderContext): ChangeEvent | undefined {
  const [id, status] = [textAt(body, 'deployment_id'), textAt(body, 'status') ?? '']
  const outcome = outcomes.get(status)
  if (id === undefined || outcome === undefined) return undefined
  const [ref, sha] = [textAt(body, 'ref'), textAt(body, 'short_sha')]
  const environment = textAt(body, 'environment')
  const user = textAt(body, 'user', 'username')
  const what = [projectOf(body), ref ?? sha].filter((part) => part !== undefined).join(' ')
  return changeOf(context, {
    id: `deployment/${textAt(body, 'project', 'id') ?? ''}/${id}/${status}`,
    at: memberOf(body, 'status_changed_at'),
    words: `${outcome} ${what} to ${environment ?? 'an environment'}${user === undefined ? '' : ` (${user})`}`,
    labels: {
      change: 'deployment',
      project: textAt(body, 'project', 'path_with_namespace'),
      environment,
      ref,
      sha,
      status,
    },
    links: {
      project: textAt(body, 'project', 'web_url'),
      log: textAt(body, 'deployable_url'),
      commit: textAt(body, 'commit_url'),
      environment: textAt(body, 'environment_external_url'),
    },
  })
}

function readRelease(body: unknown, context: SenderContext): ChangeEvent | undefined {
  const id = textAt(body, 'id')
  if (id === undefined || textAt(body, 'action') !== 'create') return undefined
  const version = textAt(body, 'tag') ?? textAt(body, 'name') ?? id
  return changeOf(context, {
    id: `release/${id}`,
    at: memberOf(body, 'released_at') ?? memberOf(body, 'created_at'),
    words: `Released ${projectOf(body)} ${version}`,
    labels: {
      change: 'release',
      project: textAt(body, 'project', 'path_with_namespace'),
      ref: version,
      sha: textAt(body, 'commit', 'id'),
    },
    links: { project: textAt(body, 'project', 'web_url'), release: textAt(body, 'url') },
  })
}

function projectOf(body: unknown): string {
  return textAt(body, 'project', 'path_with_namespace') ?? 'a project'
}
