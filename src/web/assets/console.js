// Keeps an open page of the console current. Every page works without it.

const main = document.querySelector('main[data-events]')
const stamp = document.getElementById('stamp')
const announcer = document.getElementById('announce')

/** Nothing was heard for this long: the page is not live, and is asked for instead. */
const silenceMs = 30_000
const pollEveryMs = 10_000

let mark = main?.dataset.mark
let heardAt = Date.now()
let isLive = false
let loading = false
/** Server time minus ours. */
const skewMs = main ? Date.parse(main.dataset.now) - Date.now() : 0

/** The same words as the server's: two units at most, rounded down. */
function duration(ms) {
  const s = Math.max(0, Math.floor(ms / 1000))
  const join = (large, unit, small, smallUnit) => `${large} ${unit}${small ? ` ${small} ${smallUnit}` : ''}`
  if (s < 60) return `${s} s`
  if (s < 3600) return join(Math.floor(s / 60), 'min', s % 60, 's')
  if (s < 86400) return join(Math.floor(s / 3600), 'h', Math.floor((s % 3600) / 60), 'min')
  return join(Math.floor(s / 86400), 'd', Math.floor((s % 86400) / 3600), 'h')
}

function setText(element, text) {
  if (element.textContent !== text) element.textContent = text
}

function tick() {
  const now = Date.now() + skewMs
  for (const element of document.querySelectorAll('[data-since]'))
    setText(element, duration(now - Date.parse(element.dataset.since)))
  for (const element of document.querySelectorAll('[data-until]')) {
    const left = Date.parse(element.dataset.until) - now
    setText(element, left < 1000 ? 'a moment' : duration(left))
  }
}

function showStamp(live) {
  const { zone, zoneName } = main.dataset
  const clock = new Date(heardAt + skewMs).toLocaleTimeString('en-GB', { timeZone: zone, hour12: false })
  const time = `${clock} ${zoneName}`
  setText(stamp, live ? `Live, as of ${time}` : `Not live, as of ${time}. Trying again.`)
  stamp.parentElement.classList.toggle('stale', !live)
  if (live !== isLive) announce(live ? 'This page is live.' : 'This page is not live any more.')
  isLive = live
}

function announce(text) {
  setText(announcer, text)
}

/** Somebody is about to do or write something here: it is left alone. */
function isInUse(part) {
  if (part.querySelector('details.confirm[open], [aria-busy]')) return true
  const active = document.activeElement
  return part.contains(active) && active.matches('input, textarea, select')
}

/** Puts a new part in the old one's place; what was unfolded stays so, and the focus stays where it was. */
function replace(old, fresh) {
  const focused = old.contains(document.activeElement) ? pathTo(document.activeElement, old) : null
  for (const details of old.querySelectorAll('details[open][id]'))
    fresh.querySelector(`#${CSS.escape(details.id)}`)?.setAttribute('open', '')
  old.replaceWith(fresh)
  if (focused) focused.reduce((node, index) => node?.children[index], fresh)?.focus({ preventScroll: true })
}

function pathTo(element, root) {
  const path = []
  for (let at = element; at !== root; at = at.parentElement)
    path.unshift([...at.parentElement.children].indexOf(at))
  return path
}

/** Asks for this page again and takes over what is new. */
async function load() {
  if (loading) return
  loading = true
  try {
    const answer = await fetch(location.href, { headers: { accept: 'text/html' } })
    if (answer.redirected && new URL(answer.url).pathname === '/login') location.reload()
    if (!answer.ok) throw new Error(`answer ${answer.status}`)
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html')
    const before = document.querySelector('[data-announce]')?.textContent
    let left = false
    for (const fresh of page.querySelectorAll('[data-part]')) {
      const old = document.getElementById(fresh.id)
      if (!old || old.isEqualNode(fresh)) continue
      if (isInUse(old)) left = true
      else replace(old, document.importNode(fresh, true))
    }
    document.title = page.title
    // A part that was left alone is looked at again with the next poll.
    mark = left ? undefined : page.querySelector('main')?.dataset.mark
    heardAt = Date.now()
    const after = document.querySelector('[data-announce]')?.textContent
    if (after && after !== before) announce(after)
    tick()
  } finally {
    loading = false
  }
}

function heard() {
  heardAt = Date.now()
  showStamp(true)
}

async function poll() {
  const silent = Date.now() - heardAt > silenceMs
  if (!silent && mark !== undefined) return
  try {
    await load()
  } catch {
    showStamp(false)
  }
}

function watch() {
  const events = new EventSource(main.dataset.events)
  events.addEventListener('alive', heard)
  events.addEventListener('changed', (event) => {
    heard()
    if (JSON.parse(event.data).mark !== mark) load().catch(() => showStamp(false))
  })
  events.addEventListener('error', () => {
    showStamp(false)
    // A refused stream is not tried again by the browser.
    if (events.readyState === EventSource.CLOSED) setTimeout(watch, pollEveryMs)
  })
  addEventListener('pagehide', () => events.close(), { once: true })
}

/** The chart is drawn anew at each request; what stands there stays until the new one is loaded. */
function renewChart() {
  const chart = document.querySelector('img[data-renew]')
  if (!chart || document.hidden) return
  const renewed = (address) => {
    const url = new URL(address, location.href)
    url.searchParams.set('at', String(now))
    return url.href
  }
  const now = Date.now()
  const fresh = new Image()
  fresh.addEventListener('load', () => {
    for (const source of chart.parentElement.querySelectorAll('source'))
      source.srcset = renewed(source.srcset)
    chart.src = renewed(chart.src)
  })
  fresh.src = renewed(chart.currentSrc || chart.src)
}

/** What an address points at is unfolded. */
function unfold() {
  const target =
    location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)))
  if (!target) return
  for (const details of target.querySelectorAll(':scope > details')) details.open = true
  target.scrollIntoView()
}

// A button says at once that it was heard, and a second click sends nothing.
addEventListener('submit', (event) => {
  if (event.target.method !== 'post') return
  const button = event.submitter ?? event.target.querySelector('button')
  if (!button) return
  if (button.hasAttribute('aria-busy')) {
    event.preventDefault()
    return
  }
  button.setAttribute('aria-busy', 'true')
  button.textContent = `${button.textContent} …`
})
// A page that comes back from the browser's memory has its buttons again.
addEventListener('pageshow', (event) => {
  if (event.persisted) location.reload()
})
// What follows from a form's fields is shown before it is sent.
const previewed = document.querySelector('form[data-preview]')
let questions = 0
previewed?.addEventListener('change', ({ target }) => {
  if (target.type !== 'radio') void preview(++questions)
})

async function preview(question) {
  const answer = await fetch(`${previewed.dataset.preview}?${new URLSearchParams(new FormData(previewed))}`)
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html')
  // Only the newest question counts, whatever order the answers come in.
  if (question !== questions) return
  for (const fresh of page.querySelectorAll('[data-part]')) {
    const shown = document.getElementById(fresh.id)
    if (shown) replaceChoices(shown, document.importNode(fresh, true))
  }
}

/** What was chosen while the answer was under way counts, not what it was asked with; and the focus stays where it is. */
function replaceChoices(shown, fresh) {
  const sameIn = (input) =>
    [...fresh.querySelectorAll('input')].find(
      ({ name, value }) => name === input.name && value === input.value,
    )
  const { activeElement } = document
  const focused = shown.contains(activeElement) ? sameIn(activeElement) : undefined
  for (const input of shown.querySelectorAll('input:checked')) {
    const same = sameIn(input)
    if (same) same.checked = true
  }
  shown.replaceWith(fresh)
  focused?.focus()
}
addEventListener('hashchange', unfold)
unfold()

if (main) {
  // What a command came to is told once, not again when the page is reloaded.
  const address = new URL(location.href)
  if (address.searchParams.has('told')) {
    address.searchParams.delete('told')
    history.replaceState(null, '', address)
  }
  setInterval(tick, 1000)
  setInterval(() => void poll(), pollEveryMs)
  setInterval(renewChart, 15_000)
  document.addEventListener(
    'visibilitychange',
    () => void (document.hidden || load().catch(() => showStamp(false))),
  )
  watch()
}
