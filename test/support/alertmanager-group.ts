/*
 * One group of Alertmanager with one receiver, over time: its timers and its notification log, with sets where ours counts. Source: Alertmanager,
 * dispatch/dispatch.go (aggrGroup), notify/notify.go (DedupStage). Times are seconds.
 */

export interface GroupTimes {
  readonly wait: number
  readonly interval: number
  readonly repeat: number
  readonly sendResolved: boolean
}

export type GroupHappening = readonly [sec: number, alert: string, happens: 'fire' | 'resolve']

export interface GroupNotification {
  readonly sec: number
  readonly firing: readonly string[]
  readonly resolved: readonly string[]
}

export function notificationsOf(
  times: GroupTimes,
  happenings: readonly GroupHappening[],
  until: number,
): GroupNotification[] {
  const sent: GroupNotification[] = []
  const alerts = new Map<string, 'fire' | 'resolve'>()
  const log = { at: -Infinity, firing: new Set<string>(), resolved: new Set<string>() }
  let next = Infinity
  const flush = (sec: number) => {
    const named = (status: string) => [...alerts].filter(([, is]) => is === status).map(([name]) => name)
    const [firing, resolved] = [named('fire').toSorted(), named('resolve').toSorted()]
    if (needsUpdate(sec, firing, resolved)) {
      Object.assign(log, { at: sec, firing: new Set(firing), resolved: new Set(resolved) })
      if (firing.length > 0 || times.sendResolved)
        sent.push({ sec, firing, resolved: times.sendResolved ? resolved : [] })
    }
    for (const name of resolved) alerts.delete(name)
    next = alerts.size === 0 ? Infinity : sec + times.interval
  }
  function needsUpdate(sec: number, firing: readonly string[], resolved: readonly string[]): boolean {
    if (firing.some((name) => !log.firing.has(name))) return true
    if (firing.length === 0) return log.firing.size > 0
    if (times.sendResolved && resolved.some((name) => !log.resolved.has(name))) return true
    return log.at < sec - times.repeat
  }
  for (const [sec, alert, happens] of happenings) {
    while (next < sec) flush(next)
    // What ends and was never in the group is nobody's news.
    if (happens === 'resolve' && !alerts.has(alert)) continue
    alerts.set(alert, happens)
    if (next === Infinity) next = sec + times.wait
  }
  while (next <= until) flush(next)
  return sent
}
