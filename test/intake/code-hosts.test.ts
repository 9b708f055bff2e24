import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isFromGithub, readGithub } from '../../src/intake/github.ts'
import { isFromGitlab, readGitlab } from '../../src/intake/gitlab.ts'
import { rawRequest } from '../support/raw-request.ts'

const source = 'integration/code'
const context = { source, now: new Date('2026-03-02T03:04:05Z'), newId: () => 'id-1' }

describe('what GitHub signed', () => {
  // https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries#testing-the-webhook-payload-validation
  const secret = "It's a Secret to Everybody"
  const published = 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17'
  const sha1 = `sha1=${createHmac('sha1', secret).update('Hello, World!').digest('hex')}`
  it.each<[string, string, string | undefined, boolean]>([
    ['the published example', 'Hello, World!', published, true],
    ['another body', 'Hello, World', published, false],
    ['no signature', 'Hello, World!', undefined, false],
    ['without its method', 'Hello, World!', published.slice('sha256='.length), false],
    ['another method', 'Hello, World!', sha1, false],
  ])('%s', (_, body, signature, expected) => {
    const request = rawRequest(body, signature === undefined ? {} : { 'x-hub-signature-256': signature })
    expect(isFromGithub(request, secret)).toBe(expected)
  })
})

describe('what GitLab shows', () => {
  it.each<[string | undefined, string, boolean]>([
    ['secret', 'secret', true],
    ['secre', 'secret', false],
    ['', 'secret', false],
    ['', '', false],
    [undefined, 'secret', false],
  ])('%s against %s', (token, secret, expected) => {
    const request = rawRequest('{}', token === undefined ? {} : { 'x-gitlab-token': token })
    expect(isFromGitlab(request, secret)).toBe(expected)
  })
})

const repository = {
  full_name: 'acme/shop',
  html_url: 'https://github.com/acme/shop',
  default_branch: 'main',
  pushed_at: 1_772_420_400,
}
const deployment = {
  id: 5,
  ref: 'v1.4.2',
  sha: 'f95f852bd8fca8fcc58a9a2d6c842781e32a215e',
  environment: 'production',
  created_at: '2026-03-02T03:00:00Z',
  creator: { login: 'ana' },
}
const status = (state: string) => ({
  deployment,
  repository,
  deployment_status: {
    id: 9,
    state,
    created_at: '2026-03-02T03:02:00Z',
    log_url: 'https://ci.example/9',
    environment_url: '',
  },
})
const release = {
  id: 3,
  tag_name: 'v1.4.2',
  html_url: 'https://github.com/acme/shop/releases/v1.4.2',
  published_at: '2026-03-02T02:00:00Z',
}
const push = {
  ref: 'refs/heads/main',
  after: deployment.sha,
  commits: [{}, {}],
  head_commit: { message: 'Cart: no negative prices\n\nLong story' },
  compare: 'https://github.com/acme/shop/compare/a...b',
  repository,
}
const run = (changed: object) => ({
  action: 'completed',
  repository,
  workflow_run: {
    id: 8,
    run_attempt: 2,
    name: 'Deploy',
    conclusion: 'success',
    updated_at: '2026-03-02T03:01:00Z',
    ...changed,
  },
})

describe('a change that GitHub tells', () => {
  it.each<[string, unknown, string, string, string]>([
    [
      'deployment',
      { deployment, repository },
      'deployment/5',
      '03:00',
      'Deploying acme/shop v1.4.2 to production (ana)',
    ],
    [
      'deployment_status',
      status('success'),
      'deployment-status/9',
      '03:02',
      'Deployed acme/shop v1.4.2 to production (ana)',
    ],
    [
      'deployment_status',
      status('failure'),
      'deployment-status/9',
      '03:02',
      'Failed to deploy acme/shop v1.4.2 to production (ana)',
    ],
    [
      'release',
      { action: 'published', release, repository },
      'release/3',
      '02:00',
      'Released acme/shop v1.4.2',
    ],
    [
      'push',
      push,
      `push/acme/shop/${deployment.sha}`,
      '03:00',
      'Pushed 2 commits to main of acme/shop: Cart: no negative prices',
    ],
    ['workflow_run', run({}), 'workflow-run/8/2', '03:01', 'Workflow Deploy of acme/shop succeeded'],
    [
      'workflow_run',
      run({ name: 'CI', path: '.github/workflows/release.yml', conclusion: 'failure' }),
      'workflow-run/8/2',
      '03:01',
      'Workflow CI of acme/shop ended with failure',
    ],
  ])('%s', (event, body, id, time, summary) => {
    expect(readGithub(body, event, context)).toMatchObject({
      alerts: [],
      problems: [],
      changes: [{ changeId: `${source}/${id}`, source, at: `2026-03-02T${time}:00.000Z`, summary }],
    })
  })

  it('has labels and links', () => {
    expect(readGithub(status('error'), 'deployment_status', context).changes[0]).toMatchObject({
      labels: {
        change: 'deployment',
        repository: 'acme/shop',
        environment: 'production',
        ref: 'v1.4.2',
        sha: deployment.sha,
        status: 'error',
      },
      links: { repository: 'https://github.com/acme/shop', log: 'https://ci.example/9' },
    })
  })

  it.each<[string | undefined, unknown]>([
    ['ping', { zen: 'Keep it logically awesome.', repository }],
    ['deployment_status', status('in_progress')],
    ['release', { action: 'edited', release, repository }],
    ['push', { ...push, ref: 'refs/heads/topic' }],
    ['push', { ...push, deleted: true }],
    ['workflow_run', run({ name: 'CI', path: '.github/workflows/ci.yml' })],
    ['workflow_run', { ...run({}), action: 'requested' }],
    ['deployment', {}],
    [undefined, { deployment, repository }],
  ])('%s is none', (event, body) => {
    expect(readGithub(body, event, context)).toEqual({ alerts: [], changes: [], problems: [] })
  })
})

const project = { id: 30, path_with_namespace: 'acme/shop', web_url: 'https://gitlab.example/acme/shop' }
/** https://docs.gitlab.com/user/project/integrations/webhook_events/#deployment-events */
const gitlabDeployment = (state: string) => ({
  object_kind: 'deployment',
  status: state,
  status_changed_at: '2026-03-02 05:00:00 +0200',
  deployment_id: 15,
  deployable_url: 'https://gitlab.example/acme/shop/-/jobs/796',
  environment: 'production',
  project,
  ref: 'main',
  short_sha: '279484c0',
  user: { username: 'ana' },
  commit_url: 'https://gitlab.example/acme/shop/-/commit/279484c0',
})
const gitlabRelease = {
  object_kind: 'release',
  action: 'create',
  id: 1,
  tag: 'v1.1',
  released_at: '2026-03-02 03:00:00 UTC',
  url: 'https://gitlab.example/acme/shop/-/releases/v1.1',
  project,
  commit: { id: 'ee0a3fb31ac16e11b9dbb596ad16d4af654d08f8' },
}

describe('a change that GitLab tells', () => {
  it.each<[string, unknown, string, string]>([
    [
      'Deployment Hook',
      gitlabDeployment('running'),
      'deployment/30/15/running',
      'Deploying acme/shop main to production (ana)',
    ],
    [
      'Deployment Hook',
      gitlabDeployment('success'),
      'deployment/30/15/success',
      'Deployed acme/shop main to production (ana)',
    ],
    [
      'Deployment Hook',
      gitlabDeployment('failed'),
      'deployment/30/15/failed',
      'Failed to deploy acme/shop main to production (ana)',
    ],
    ['Release Hook', gitlabRelease, 'release/1', 'Released acme/shop v1.1'],
  ])('%s', (event, body, id, summary) => {
    expect(readGitlab(body, event, context)).toMatchObject({
      alerts: [],
      problems: [],
      changes: [
        {
          changeId: `${source}/${id}`,
          at: '2026-03-02T03:00:00.000Z',
          summary,
          labels: { project: 'acme/shop' },
        },
      ],
    })
  })

  it.each<[string | undefined, unknown]>([
    ['Deployment Hook', gitlabDeployment('created')],
    ['Release Hook', { ...gitlabRelease, action: 'update' }],
    ['Push Hook', gitlabRelease],
    [undefined, gitlabRelease],
  ])('%s is none', (event, body) => {
    expect(readGitlab(body, event, context).changes).toEqual([])
  })
})

describe('a body of anything', () => {
  const events = ['deployment', 'deployment_status', 'release', 'push', 'workflow_run']
  it('is no fault of ours', () => {
    const anything = fc.dictionary(
      fc.constantFrom(
        'action',
        'deployment',
        'deployment_status',
        'release',
        'repository',
        'id',
        'status',
        'project',
        'ref',
      ),
      fc.jsonValue(),
    )
    fc.assert(
      fc.property(anything, fc.constantFrom(...events), (body, event) => {
        readGithub(body, event, context)
        readGitlab(body, event === 'release' ? 'Release Hook' : 'Deployment Hook', context)
      }),
    )
  })
})
