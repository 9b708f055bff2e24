const channelTitles: ReadonlyMap<string, string> = new Map([
  ['email', 'e-mail'],
  ['pagerduty', 'PagerDuty'],
  ['slack', 'Slack'],
  ['telegram', 'Telegram'],
])

/** A channel as people call it; one that there is no more keeps its name. */
export function channelWords(channel: string): string {
  return channelTitles.get(channel) ?? channel
}
