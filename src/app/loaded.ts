/**
 * A part that takes memory, loaded at the start where it is known to be needed, as whatever is on the disk later may be another version or in pieces; elsewhere not until
 * something asks for it.
 */
export function loaded<Part>(isNeeded: boolean, load: () => Promise<Part>): () => Promise<Part> {
  let part = isNeeded ? load() : undefined
  return () => (part ??= load())
}
