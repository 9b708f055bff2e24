/** What is kept under a name; names come from anywhere, and `constructor` and its like, which every object has, are none of ours. */
export function own<Value>(named: Readonly<Record<string, Value>>, name: string): Value | undefined {
  return Object.hasOwn(named, name) ? named[name] : undefined
}
