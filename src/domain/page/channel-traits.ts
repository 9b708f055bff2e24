import type { Contact } from '../configuration/people.ts'

/** What tells the channels apart for whoever pages by them. */
export interface ChannelTraits {
  /** What stands on the other side keeps a state of its own (an incident, a button): it must follow the incident, whoever changed that. */
  readonly keepsIncidents: boolean
  /** Whether one message may tell of several incidents; a provider that keeps one for each does so by itself. */
  readonly bundles: boolean
  /** Whether what follows a message takes its place, instead of being one more. */
  readonly edits: boolean
  /** Whether the other side takes several tries of one page for one. Without that a person hears each of them. */
  readonly hasKey: boolean
}

export const channelTraits: Readonly<Record<Contact['channel'], ChannelTraits>> = {
  webhook: { keepsIncidents: false, bundles: true, edits: false, hasKey: true },
  pagerduty: { keepsIncidents: true, bundles: false, edits: false, hasKey: true },
  telegram: { keepsIncidents: true, bundles: true, edits: false, hasKey: false },
  slack: { keepsIncidents: true, bundles: true, edits: true, hasKey: false },
  email: { keepsIncidents: false, bundles: true, edits: false, hasKey: false },
}

/** Whether any message but the end would open an incident at its provider: that one has an incident for each of ours. */
export function opensIncidents(channel: string): boolean {
  return keepsIncidents(channel) && !channelTraits[channel as Contact['channel']].bundles
}

/** Of a channel that is stored by its name; one that there is no more keeps nothing. */
export function keepsIncidents(channel: string): boolean {
  return Object.hasOwn(channelTraits, channel) && channelTraits[channel as Contact['channel']].keepsIncidents
}
