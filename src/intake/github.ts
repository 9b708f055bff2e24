import type { ChangeEvent } from '../domain/alert/change-event.ts'
import type { SenderContext, IntakeReading } from './reading.ts'
import { changeOf, memberOf, textAt } from './foreign-body.ts'
import { isSigned, type RawRequest } from './proof.ts'

/* GitHub's webhooks: https://docs.github.com/en/webhooks/webhook-events-and-payloads */

/**
 * `sha256=` and HMAC-SHA256 in hex over the body.
 * https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries
 */
export function isFromGithub({ header, body }: RawRequest, secret: string): boolean {
  const signature = header('x-hub-signature-256')
  return (
    signature?.startsWith('sha256=') === true && isSigned(signature.slice('sha256='.length), secret, [body])
  )
}

type Reader = (body: unknown, context: SenderContext) => ChangeEvent | undefined

const readers: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['deployment', readDeployment],
  ['deployment_status', readDeploymentStatus],
  ['release', readRelease],
  ['push', readPush],
  ['workflow_run', readWorkflowRun],
])

/**
 * What was deployed, released or pushed, as changes: they wake nobody. Every other event is taken and means nothing here.
 * @param event `X-GitHub-Event`
 */
export function readGithub(body: unknown, event: string | undefined, context: SenderContext): IntakeReading {
  const change = readers.get(event ?? '')?.(body, context)
  return { alerts: [], changes: change === undefined ? [] : [change], problems: [] }
}

function readDeployment(body: unknown, context: SenderContext): ChangeEvent | undefined {
  const deployment = memberOf(body, 'deployment')
  const id = textAt(deployment, 'id')
  if (id === undefined) return undefined
  return changeOf(context, {
    id: `deployment/${id}`,
    at: memberOf(deployment, 'created_at'),
    words: `Deploying ${whatOf(body, deployment)} to ${environmentOf(deployment)}${by(deployment, 'creator')}`,
    labels: { ...labelsOf(body, 'deployment'), ...deployedOf(deployment) },
    links: linksOf(body),
  })
}

/** Those that say what came of it; that it is queued or under way is no news. */
const outcomes: ReadonlyMap<string, string> = new Map([
  ['success', 'Deployed'],
  ['failure', 'Failed to deploy'],
  ['error', 'Failed to deploy'],
])

function readDeploymentStatus(body: unknown, context: SenderContext): ChangeEvent | undefined {
  const deployment = memberOf(body, 'deployment')
  const status = memberOf(body, 'deployment_status')
  const [id, state] = [textAt(status, 'id'), textAt(status, 'state') ?? '']
  const outcome = outcomes.get(state)
  if (id === undefined || outcome === undefined) return undefined
  return changeOf(context, {
    id: `deployment-status/${id}`,
    at: memberOf(status, 'created_at'),
    words: `${outcome} ${whatOf(body, deployment)} to ${environmentOf(deployment)}${by(deployment, 'creator')}`,
    labels: { ...labelsOf(body, 'deployment'), ...deployedOf(deployment), status: state },
    links: {
      ...linksOf(body),
      environment: textAt(status, 'environment_url'),
      log: textAt(status, 'log_url') ?? textAt(status, 'target_url'),
    },
  })
}

function readRelease(body: unknown, context: SenderContext): ChangeEvent | undefined {
  const release = memberOf(body, 'release')
  const id = textAt(release, 'id')
  if (textAt(body, 'action') !== 'published' || id === undefined) return undefined
  const version = textAt(release, 'tag_name') ?? textAt(release, 'name') ?? id
  return changeOf(context, {
    id: `release/${id}`,
    at: memberOf(release, 'published_at'),
    words: `Released ${repositoryOf(body)} ${version}${by(release, 'author')}`,
    labels: { ...labelsOf(body, 'release'), ref: version },
    links: { ...linksOf(body), release: textAt(release, 'html_url') },
  })
}

/** To the branch that is deployed from, as far as GitHub knows: the default one. */
function readPush(body: unknown, context: SenderContext): ChangeEvent | undefined {
  const branch = textAt(body, 'repository', 'default_branch')
  const [ref, after] = [textAt(body, 'ref'), textAt(body, 'after')]
  const isDeleted = memberOf(body, 'deleted') === true
  if (branch === undefined || after === undefined || ref !== `refs/heads/${branch}` || isDeleted)
    return undefined
  const commits = memberOf(body, 'commits')
  const count = Array.isArray(commits) ? commits.length : 0
  const subject = textAt(body, 'head_commit', 'message')?.split('\n', 1)[0]
  const what = count === 1 ? '1 commit' : `${count} commits`
  return changeOf(context, {
    id: `push/${repositoryOf(body)}/${after}`,
    // The commits may be older by far.
    at: memberOf(body, 'repository', 'pushed_at'),
    words: `Pushed ${what} to ${branch} of ${repositoryOf(body)}${subject === undefined ? '' : `: ${subject}`}`,
    labels: { ...labelsOf(body, 'push'), ref: branch, sha: after },
    links: { ...linksOf(body), compare: textAt(body, 'compare') },
  })
}

/** Workflows that deploy, by their names or files. */
const deploys = /deploy|release|rollout|roll-?back|publish/i

function readWorkflowRun(body: unknown, context: SenderContext): ChangeEvent | undefined {
  const run = memberOf(body, 'workflow_run')
  const [id, name, conclusion] = [textAt(run, 'id'), textAt(run, 'name') ?? '', textAt(run, 'conclusion')]
  if (textAt(body, 'action') !== 'completed' || id === undefined) return undefined
  if (!deploys.test(name) && !deploys.test(textAt(run, 'path') ?? '')) return undefined
  const outcome = conclusion === 'success' ? 'succeeded' : `ended with ${conclusion ?? 'no result'}`
  return changeOf(context, {
    id: `workflow-run/${id}/${textAt(run, 'run_attempt') ?? '1'}`,
    at: memberOf(run, 'updated_at'),
    words: `Workflow ${name} of ${repositoryOf(body)} ${outcome}${by(run, 'actor')}`,
    labels: {
      ...labelsOf(body, 'workflow_run'),
      workflow: name,
      status: conclusion,
      ref: textAt(run, 'head_branch'),
      sha: textAt(run, 'head_sha'),
    },
    links: { ...linksOf(body), run: textAt(run, 'html_url') },
  })
}

function labelsOf(body: unknown, change: string) {
  return { change, repository: textAt(body, 'repository', 'full_name') }
}

function linksOf(body: unknown) {
  return { repository: textAt(body, 'repository', 'html_url') }
}

function deployedOf(deployment: unknown) {
  const [ref, sha] = [textAt(deployment, 'ref'), textAt(deployment, 'sha')]
  return { environment: textAt(deployment, 'environment'), ref, sha }
}

function repositoryOf(body: unknown): string {
  return textAt(body, 'repository', 'full_name') ?? 'a repository'
}

/** `acme/shop v1.4.2`, or by the beginning of the commit. */
function whatOf(body: unknown, deployment: unknown): string {
  const [ref, sha] = [textAt(deployment, 'ref'), textAt(deployment, 'sha')]
  const what = ref === undefined || ref === sha ? sha?.slice(0, 8) : ref
  return [repositoryOf(body), what].filter((part) => part !== undefined).join(' ')
}

function environmentOf(deployment: unknown): string {
  return textAt(deployment, 'environment') ?? 'an environment'
}

function by(of: unknown, role: string): string {
  const login = textAt(of, role, 'login')
  return login === undefined ? '' : ` (${login})`
}
