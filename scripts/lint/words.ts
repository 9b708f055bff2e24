/*
 * A rule of oxlint. Code is searched for the words of the field, so a word of our own that was once replaced by one stays out of the names in code and
 * of files.
 */

/** As much of a syntax node as the rule looks at. */
interface Node {
  readonly type: string
  readonly name?: string
  readonly computed?: boolean
  readonly shorthand?: boolean
  readonly key?: Node
  readonly parent?: Node
}

interface Context {
  readonly filename: string
  report(finding: { readonly node: Node; readonly message: string }): void
}

/** What replaces a word of a name, whatever stands beside it. */
const parts: Readonly<Record<string, string>> = {
  door: 'receiver, webhook handler or health server',
  desk: 'service or view',
  wish: 'change request',
  wished: 'requested',
  teller: 'workflow notifier',
  keeper: 'workflow',
  lane: 'delivery queue',
}

/** What replaces a whole name. */
const wholes: Readonly<Record<string, string>> = {
  Asking: 'RequestContext',
  Carried: 'continue-as-new state',
  Hearing: 'notification cycle',
  Kept: 'a result, or what was stored',
  Situation: 'incident state',
  Told: 'a result, or an output',
  endHearing: 'stop notifying',
  goUpTheSteps: 'run steps',
  goesDown: 'is stopping',
  goesOn: 'is active, continues',
  handsOn: 'should continue as new',
  makeWay: 'continue as the next incident',
  takeAlong: 'bundle',
  takeBack: 'handover declined',
  urges: 'escalation requests',
}

const noOldWord = {
  create(context: Context): Readonly<Record<string, (node: Node) => void>> {
    const check = (node: Node, name: string) => {
      const word = oldWordIn(name)
      if (word === undefined) return
      context.report({ node, message: `"${word.old}" in "${name}": say ${word.now}` })
    }
    return {
      Program: (node) => check(node, context.filename.replace(/^.*[\\/]/, '')),
      Identifier(node) {
        if (node.name !== undefined && !isWireName(node)) check(node, node.name)
      },
    }
  },
}

/** Labels of metrics and the like are what they were: others read them. */
function isWireName(node: Node): boolean {
  const { parent } = node
  if (parent?.type !== 'Property' || parent.parent?.type !== 'ObjectExpression') return false
  return parent.key === node && parent.computed !== true && parent.shorthand !== true
}

function oldWordIn(name: string): { readonly old: string; readonly now: string } | undefined {
  const whole = Object.hasOwn(wholes, name) ? wholes[name] : undefined
  if (whole !== undefined) return { old: name, now: whole }
  for (const part of name.match(/[A-Z]+(?![a-z])|[A-Z]?[a-z]+/g) ?? []) {
    const old = part.toLowerCase().replace(/(?<=sh)es$|(?<!s)s$/, '')
    const now = Object.hasOwn(parts, old) ? parts[old] : undefined
    if (now !== undefined) return { old, now }
  }
  return undefined
}

const plugin = {
  meta: { name: 'words' },
  rules: { 'no-old-word': noOldWord },
}

export { plugin as default }
