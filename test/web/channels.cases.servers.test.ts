import { createHmac } from 'node:crypto'
import { beforeEach, describe, expect, it } from 'vitest'
import { createAnswerLinks } from '../../src/answers/links.ts'
import { createPageLinks } from '../../src/answers/page-links.ts'
import {
  atStart,
  chat,
  escalationWorld,
  linkKey,
  mailbox,
  publicUrl,
  slackPerson,
} from '../support/escalation.ts'
import { type HandlerWorld, handlersOf } from '../support/channel-handlers.ts'
import { user } from '../support/pages.ts'

const world = escalationWorld()
let handlers: HandlerWorld

const ana = 'U0123456789'
const acknowledgeButton = () => ({ actionId: 'firewatch_acknowledge', value: `INC-${world.incident}/r0/s1` })
const told = () => world.slack.responses.map(({ text }) => text)

async function press(actionId: string, person = ana, value = `INC-${world.incident}/r0/s1`) {
  const answer = await handlers.bring('/slack/interactions', world.slack.press(person, { actionId, value }))
  await handlers.idle()
  return answer
}

async function type(text: string, person = ana) {
  const answer = await handlers.bring('/slack/commands', world.slack.command(person, text))
  await handlers.idle()
  return answer
}

beforeEach(async () => {
  await world.open()
  world.running = {
    ...atStart.users,
    ana: user('ana', [slackPerson, chat]),
    ben: { ...user('ben', [mailbox]), slackUser: 'U0000000001', telegramUser: '77' },
    vic: { ...user('vic', []), role: 'viewer', slackUser: 'U0000000002', telegramUser: '78' },
  }
  handlers = await handlersOf(world)
})

describe('S01, S02: requests that are not from Slack, or not of now', () => {
  const at = (seconds: number) => new Date(world.at.getTime() + seconds * 1000)
  const payload = () => world.slack.press(ana, acknowledgeButton()).payload
  const requests = {
    'S02: 301 s old': () => world.slack.signed(payload(), at(-301)),
    'S02: 301 s in the future': () => world.slack.signed(payload(), at(301)),
    'S01: another secret': () => world.slack.signed(payload(), at(0), 'guess'),
    'S01: another body': () => ({ ...world.slack.signed(payload()), payload: `${payload()}&x=y` }),
    'S02: no timestamp': () => without('x-slack-request-timestamp'),
    'S01: no signature': () => without('x-slack-signature'),
    'S02: a timestamp that is no number': () => {
      const timestamp = 'now'
      const signature = createHmac('sha256', world.slack.signingSecret).update(`v0:${timestamp}:${payload()}`)
      const headers = {
        'x-slack-request-timestamp': timestamp,
        'x-slack-signature': `v0=${signature.digest('hex')}`,
      }
      return { headers, payload: payload() }
    },
  }
  const without = (name: string) => {
    const request = world.slack.signed(payload())
    return {
      ...request,
      headers: Object.fromEntries(Object.entries(request.headers).filter(([key]) => key !== name)),
    }
  }

  it.each(Object.entries(requests))('%s: 401 and nothing changes', async (_, request) => {
    for (const url of ['/slack/interactions', '/slack/commands']) {
      expect((await handlers.bring(url, request())).statusCode).toBe(401)
    }
    await handlers.idle()
    expect([handlers.given, handlers.accepted, world.slack.responses]).toEqual([[], [], []])
  })

  it('S02: 299 s old is taken', async () => {
    expect(
      (await handlers.bring('/slack/interactions', world.slack.signed(payload(), at(-299)))).statusCode,
    ).toBe(200)
    await handlers.idle()
    expect(handlers.given).toMatchObject([
      { verb: 'acknowledge', command: { actor: 'ana', incident: world.incident } },
    ])
  })

  it('a payload in the address counts for nothing', async () => {
    const { headers } = world.slack.signed('')
    await handlers.bring(`/slack/interactions?${payload()}`, { headers, payload: '' })
    await handlers.idle()
    expect(handlers.given).toEqual([])
  })
})

describe('S05: a Slack account that is linked to nobody, or to a viewer', () => {
  it.each([
    ['linked to nobody', 'U9999999999', 'slackUser: U9999999999'],
    ['a viewer', 'U0000000002', 'vic is a viewer here and only reads'],
  ])('S05: %s is refused in private, with a link, and kept in the audit', async (_, person, reason) => {
    for (const verb of ['acknowledge', 'escalate', 'resolve']) await press(`firewatch_${verb}`, person)
    await type(`ack INC-${world.incident}`, person)
    await type('declare all is lost', person)
    expect([handlers.given, handlers.accepted]).toEqual([[], []])
    expect((await world.records.incidents.get(world.incident)).acknowledgedBy).toBeNull()
    expect(world.slack.responses).toHaveLength(5)
    for (const { text, responseType } of world.slack.responses) {
      expect([responseType, text]).toEqual(['ephemeral', expect.stringContaining(reason)])
      expect(text).toContain(`${publicUrl}/incidents`)
    }
    expect(handlers.audit).toHaveLength(5)
    expect(handlers.audit[0]).toMatchObject({
      audit: 'answer-refused',
      channel: 'slack',
      account: person,
      verb: 'acknowledge',
    })
  })
})

describe('W04: Temporal takes five seconds', () => {
  it('W04: Slack has its 200 at once, and the result follows', async () => {
    const gate = Promise.withResolvers<void>()
    handlers = await handlersOf(world, {
      acknowledge: async () => {
        await gate.promise
        return { changed: true, message: 'nobody else is paged' }
      },
    })
    const button = await handlers.bring('/slack/interactions', world.slack.press(ana, acknowledgeButton()))
    const command = await handlers.bring(
      '/slack/commands',
      world.slack.command(ana, `ack INC-${world.incident}`),
    )
    expect([button.statusCode, button.body, command.statusCode, command.body]).toEqual([200, '', 200, ''])
    expect(world.slack.responses).toEqual([])
    gate.resolve()
    await handlers.idle()
    expect(told()).toEqual(['nobody else is paged', 'nobody else is paged'])
  })

  it('W04: a response that Slack does not take at first is sent again, five times at most', async () => {
    world.slack.next({ kind: 'answer', status: 500 })
    await press('firewatch_acknowledge')
    expect(told()).toEqual(['acknowledge taken'])
  })
})

describe('buttons in Slack', () => {
  it('carry where the escalation stood, so that a stale one can be refused', async () => {
    await press('firewatch_escalate', ana, `INC-${world.incident}/r1/s2`)
    await press('firewatch_resolve')
    expect(handlers.given).toMatchObject([
      { verb: 'escalate', command: { actor: 'ana', asOf: { round: 1, step: 2 } } },
      { verb: 'resolve', command: { actor: 'ana' } },
    ])
  })

  it('are pressed twice as one command', async () => {
    await press('firewatch_acknowledge')
    await press('firewatch_acknowledge')
    const [first, second] = handlers.given
    expect(first?.command.commandId).toBe(second?.command.commandId)
  })

  it('of a person are theirs by slackUser as well', async () => {
    await press('firewatch_acknowledge', 'U0000000001')
    expect(handlers.given).toMatchObject([{ command: { actor: 'ben' } }])
  })

  it('tell the refusal of a command, and that a closed incident stays closed', async () => {
    handlers = await handlersOf(world, {
      escalateNow: () =>
        Promise.reject(Object.assign(new Error('it stands at step 3 by now'), { name: 'CommandRefused' })),
      resolve: () => Promise.reject(new Error('connect ECONNREFUSED 127.0.0.1:5432')),
    })
    await press('firewatch_escalate')
    await press('firewatch_resolve')
    await press('firewatch_acknowledge', ana, 'INC-999999999/r0/s1')
    await world.resolve('dora')
    await press('firewatch_acknowledge')
    expect(told()).toEqual([
      'it stands at step 3 by now',
      'Not carried out: unexpected failure, the server log says more. Try again.',
      'There is no INC-999999999.',
      `INC-${world.incident} is resolved; a closed incident never re-opens.`,
    ])
  })

  it.each(['', 'INC-0/r0/s1', 'INC-1', '../x', 'INC-1/r0/s1 '])(
    'that are not ours change nothing: %j',
    async (value) => {
      expect((await press('firewatch_acknowledge', ana, value)).statusCode).toBe(200)
      expect(handlers.given).toEqual([])
    },
  )

  it('send their result nowhere but to the hosts that are named', async () => {
    const { payload } = world.slack.press(ana, acknowledgeButton())
    const elsewhere = payload.replaceAll(
      encodeURIComponent(world.slack.url),
      encodeURIComponent('http://127.0.0.1:9'),
    )
    expect(elsewhere).not.toBe(payload)
    await handlers.bring('/slack/interactions', world.slack.signed(elsewhere))
    await handlers.idle()
    expect(handlers.given).toHaveLength(1)
    expect(world.slack.responses).toEqual([])
    expect(handlers.audit).toEqual([{ reason: 'its address is not on a host of responseHosts' }])
  })
})

describe('/firewatch', () => {
  it('explains itself', async () => {
    const answer = JSON.parse((await type('help')).body) as { response_type: string; text: string }
    expect(answer).toMatchObject({
      response_type: 'ephemeral',
      text: expect.stringContaining('/firewatch ack') as string,
    })
    for (const text of ['', 'ack', 'ack nothing', 'declare', 'dance']) {
      expect((await type(text)).body).toContain('/firewatch declare')
    }
    expect([handlers.given, handlers.accepted]).toEqual([[], []])
  })

  it('acknowledges', async () => {
    await type(`ack inc-${world.incident}`)
    expect(handlers.given).toMatchObject([
      { verb: 'acknowledge', command: { actor: 'ana', incident: world.incident } },
    ])
    expect(told()).toEqual(['acknowledge taken'])
  })

  it('says who is on call, with what people changed', async () => {
    await type('who')
    await type('who nowhere')
    expect(told()).toEqual(['primary: ben, cy', 'There is no schedule “nowhere”.'])
  })

  it('declares an incident, through the same inbox as every alert', async () => {
    await type('declare checkout <is> down\u0007')
    expect(handlers.accepted).toMatchObject([{ title: 'checkout <is> down', severity: 'P1', by: 'ana' }])
    expect(told()).toEqual(['Declared: “checkout &lt;is&gt; down”. It opens an incident in a moment.'])
  })

  it('declares for a service that is named first', async () => {
    await type('declare checkout: nobody can pay')
    await type('declare chekcout: nobody can pay')
    expect(handlers.accepted.map(({ service, title }) => [service, title])).toEqual([
      ['checkout', 'nobody can pay'],
      [undefined, 'chekcout: nobody can pay'],
    ])
  })
})

describe('N30: /firewatch login', () => {
  const codeIn = (text: string) => /\/login\/([\w-]{43})/.exec(text)?.[1] ?? ''
  const redeemed = (text: string) => world.records.credentials.redeemLogin(codeIn(text))
  const write = (text: string, from: number, chatId: number) =>
    handlers.bring('/telegram/webhook', {
      headers: {
        'content-type': 'application/json',
        'x-telegram-bot-api-secret-token': world.telegram.webhookSecret,
      },
      payload: {
        update_id: 1,
        message: {
          message_id: 1,
          from: { id: from },
          chat: { id: chatId, type: chatId < 0 ? 'group' : 'private' },
          text,
        },
      },
    })

  it('answers in Slack with a link that logs in whoever typed it, once, and shows it to them alone', async () => {
    await type('login')
    const [response] = world.slack.responses
    expect(response).toMatchObject({ responseType: 'ephemeral' })
    expect(response?.text).toMatch(/^Log in as ana: https:\/\/firewatch\.example\.com\/login\//)
    expect(await redeemed(response?.text ?? '')).toEqual({ kind: 'person', name: 'ana' })
    expect(await redeemed(response?.text ?? '')).toBeUndefined()
  })

  it('gives a viewer a link too, and a stranger none', async () => {
    await type('login', 'U0000000002')
    await type('login', 'U0000000009')
    const [viewer, stranger] = told()
    expect(await redeemed(viewer ?? '')).toEqual({ kind: 'person', name: 'vic' })
    expect(stranger).toMatch(/linked to nobody/)
    expect(stranger).not.toContain('/login/')
  })

  it.each(['/login', '/login@our_bot', '/firewatch login', '/FIREWATCH@our_bot  login '])(
    'is %s in Telegram, and answered in the chat of whoever wrote it, also when they wrote it in a group',
    async (text) => {
      for (const chatId of [42, -100_123]) {
        const reply = JSON.parse((await write(text, 42, chatId)).body) as { chat_id: number; text: string }
        expect(reply).toMatchObject({ method: 'sendMessage', chat_id: 42 })
        expect(await redeemed(reply.text)).toEqual({ kind: 'person', name: 'ana' })
      }
    },
  )

  it.each(['/firewatch', '/firewatch help', '/firewatch login ben', '/firewatch nonsense'])(
    'answers %s in Telegram with what there is',
    async (text) => {
      const reply = JSON.parse((await write(text, 42, 42)).body) as { text: string }
      expect(reply.text).toContain('/firewatch declare <title>: opens an incident')
      expect(reply.text).not.toContain('/login/')
    },
  )

  it('N37: declares and announces maintenance from Telegram, as the person and once', async () => {
    const said = async (text: string) =>
      (JSON.parse((await write(text, 42, 42)).body) as { text: string }).text
    expect(await said('/firewatch declare checkout: nobody can pay')).toContain('nobody can pay')
    expect(handlers.accepted).toMatchObject([{ by: 'ana', title: 'nobody can pay', service: 'checkout' }])
    expect(await said('/firewatch maintenance checkout 2h new disks')).toBe('checkout is quiet')
    expect(handlers.given).toMatchObject([
      { verb: 'maintenance', command: { actor: 'ana', service: 'checkout', for: '2h', reason: 'new disks' } },
    ])
    expect(await said('/firewatch maintenance preview checkout 2h')).toBe('checkout would be quiet')
    expect(await said('/firewatch who primary')).toContain('primary')
    await said('/firewatch maintenance end 3')
    expect(
      handlers.entries.map(({ actor, action, target, reason }) => [actor, action, target, reason]),
    ).toEqual([
      ['ana', 'channel declare', 'service/checkout', 'nobody can pay'],
      ['ana', 'channel maintenance', 'service/checkout', 'new disks'],
      ['ana', 'channel maintenance end', 'maintenance/3', null],
    ])
  })

  it('N37: silences one series from Telegram, as the person and once', async () => {
    const said = async (text: string) =>
      (JSON.parse((await write(text, 42, 42)).body) as { text: string }).text
    expect(await said('/firewatch silence preview likes os=ios 2h')).toBe(
      'alertname="likes", os=ios would be silenced',
    )
    expect(handlers.given).toEqual([])
    expect(await said('/firewatch silence likes os=ios 2h new app')).toBe(
      'alertname="likes", os=ios is silenced',
    )
    expect(handlers.given).toMatchObject([
      { verb: 'silence', command: { actor: 'ana', for: '2h', reason: 'new app' } },
    ])
    expect(await said('/firewatch silence')).toMatch(
      /^5f0c1d2e: os="<b>ios" until 2030-01-01 00:00 UTC \(.*\), by ben: new disks$/,
    )
    await said('/firewatch silence expire 7f0c1d2e')
    expect(
      handlers.entries.map(({ actor, action, target, outcome, reason }) => [
        actor,
        action,
        target,
        outcome,
        reason,
      ]),
    ).toEqual([
      ['ana', 'channel silence', 'alertname="likes", os=ios', 'done', 'new app'],
      ['ana', 'channel silence expire', 'silence/7f0c1d2e', 'refused', 'there is no silence 7f0c1d2e'],
    ])
  })

  it('N33: lists maintenance by the clock of whoever asks', async () => {
    const list = async () =>
      (JSON.parse((await write('/firewatch maintenance', 42, 42)).body) as { text: string }).text
    expect(await list()).toMatch(/^3: feed until 2030-01-01 00:00 UTC \(/)
    world.running = { ...world.running, ana: { ...user('ana', [chat]), timeZone: 'Asia/Tokyo' } }
    expect(await ((handlers = await handlersOf(world)), list())).toMatch(
      /^3: feed until 2030-01-01 09:00 UTC\+9 \(/,
    )
  })

  it.each(['login', '/log in', '/login ben', 'please /login'])('is nothing else: %s', async (text) => {
    const answer = await write(text, 42, 42)
    expect([answer.statusCode, answer.body]).toEqual([200, ''])
  })
})

describe('buttons in Telegram', () => {
  const update = (data: string, from = 42) => ({
    headers: {
      'content-type': 'application/json',
      'x-telegram-bot-api-secret-token': world.telegram.webhookSecret,
    },
    payload: { update_id: 1, callback_query: { id: '4711', from: { id: from }, data } },
  })
  const bring = (request: { headers: Readonly<Record<string, string>>; payload: object }) =>
    handlers.bring('/telegram/webhook', request)

  it.each([undefined, '', 'guess', 'fake-webhook_secret2'])(
    'are nobody’s with the secret %j: 401',
    async (secret) => {
      const request = update(`ack/INC-${world.incident}/r0/s1`)
      const headers = {
        'content-type': 'application/json',
        ...(secret === undefined ? {} : { 'x-telegram-bot-api-secret-token': secret }),
      }
      expect((await bring({ ...request, headers })).statusCode).toBe(401)
      expect(handlers.given).toEqual([])
    },
  )

  it('acknowledge and escalate as the person, and answer in at most 200 characters', async () => {
    handlers = await handlersOf(world, {
      escalateNow: () =>
        Promise.reject(Object.assign(new Error('x'.repeat(500)), { name: 'CommandRefused' })),
    })
    const answer = await bring(update(`ack/INC-${world.incident}/r0/s1`, 77))
    expect(JSON.parse(answer.body)).toMatchObject({
      method: 'answerCallbackQuery',
      callback_query_id: '4711',
      text: 'acknowledge taken',
    })
    expect(handlers.given).toMatchObject([{ command: { actor: 'ben' } }])
    const { text } = JSON.parse((await bring(update(`esc/INC-${world.incident}/r0/s1`))).body) as {
      text: string
    }
    expect(text).toHaveLength(200)
  })

  it('refuse strangers and viewers', async () => {
    for (const from of [4, 78]) {
      const answer = await bring(update(`ack/INC-${world.incident}/r0/s1`, from))
      expect(answer.statusCode).toBe(200)
    }
    expect(handlers.given).toEqual([])
    expect(handlers.audit).toHaveLength(2)
  })

  it.each([
    {},
    { message: { text: '/start' } },
    { callback_query: { id: '1', from: { id: 42 }, data: 'ack/x' } },
  ])('leave everything else alone: %j', async (payload) => {
    expect((await bring({ ...update(''), payload })).statusCode).toBe(200)
    expect(handlers.given).toEqual([])
  })
})

describe('S25: the acknowledge link of a mail', () => {
  const links = (at = world.at, key = linkKey) => createAnswerLinks({ key, publicUrl, now: () => at })
  const pageOfBen = () => `INC-${world.incident}/r0/s1/ben/c0`
  const pathOf = (page: string, key = linkKey) =>
    new URL(links(world.at, key).urlOf({ id: page, createdAt: world.at.toISOString() })).pathname
  const ask = (method: 'GET' | 'POST', url: string, headers: Record<string, string> = {}) =>
    handlers.app.inject({ method, url, headers: { accept: 'text/html', ...headers } })

  beforeEach(async () => {
    const { pageLinks, incidents } = world.records
    const links = createPageLinks({ key: linkKey, publicUrl, keep: pageLinks.keep, now: () => world.at })
    const incident = await incidents.get(world.incident)
    expect(await links.issue(await world.page('r0/s1/ben/c0'), [incident], world.running)).toBe(true)
  })

  it('S25: looking changes nothing; the button acknowledges, from whatever page it is sent', async () => {
    const url = pathOf(pageOfBen())
    const page = await ask('GET', url)
    expect([page.statusCode, page.headers['set-cookie']]).toEqual([200, undefined])
    expect(page.body).toContain(`action="${url}"`)
    expect(handlers.given).toEqual([])
    expect((await ask('POST', url, { origin: 'null' })).statusCode).toBe(200)
    expect((await ask('POST', url)).statusCode).toBe(200)
    const [first, second] = handlers.given
    expect(first).toMatchObject({ verb: 'acknowledge', command: { actor: 'ben' } })
    expect(second?.command.commandId).toBe(first?.command.commandId)
  })

  it('S25: is good for nothing when it is old, forged or not ours', async () => {
    const page = pageOfBen()
    const good = pathOf(page)
    const [content = '', signature = ''] = good.slice('/answers/'.length).split('.')
    const other = Buffer.from(Buffer.from(content, 'base64url').toString().replace('ben', 'ana')).toString(
      'base64url',
    )
    const bad = [
      pathOf(page, 'another-key-of-links-that-is-long-enough'),
      pathOf('INC-1/r0/s1/nobody/c0'),
      `/answers/${other}.${signature}`,
      `/answers/${content}.${'A'.repeat(43)}`,
      `/answers/${content}`,
      '/answers/x',
    ]
    for (const url of bad) {
      for (const method of ['GET', 'POST'] as const) expect((await ask(method, url)).statusCode).toBe(404)
    }
    world.at = new Date(world.at.getTime() + 73 * 3_600_000)
    expect((await ask('POST', good)).statusCode).toBe(404)
    expect(handlers.given).toEqual([])
  })

  it('S25: speaks for nobody who may not, or who has left', async () => {
    const url = pathOf(pageOfBen())
    world.running = { ben: { ...user('ben', [mailbox]), role: 'viewer' } }
    handlers = await handlersOf(world)
    expect((await ask('POST', url)).statusCode).toBe(409)
    expect([handlers.given, handlers.audit.length]).toEqual([[], 1])
    world.running = {}
    handlers = await handlersOf(world)
    expect([(await ask('GET', url)).statusCode, (await ask('POST', url)).statusCode]).toEqual([404, 404])
    expect(handlers.given).toEqual([])
  })

  it('N30: ends with the link that opens the incident', async () => {
    const url = pathOf(pageOfBen())
    expect((await ask('GET', url)).statusCode).toBe(200)
    await world.records.credentials.logOutEverywhere({ kind: 'person', name: 'ben' })
    expect([(await ask('GET', url)).statusCode, (await ask('POST', url)).statusCode]).toEqual([404, 404])
    expect(handlers.given).toEqual([])
  })

  it('leads on to the console when the incident is over, and without a key is not there', async () => {
    const url = pathOf(pageOfBen())
    await world.resolve('dora')
    expect((await ask('GET', url)).body).not.toContain('<form')
    expect((await ask('POST', url)).statusCode).toBe(409)
  })
})
