/*
 * Rules of oxlint. What happened, what guards decided, what a bucket was held against and what evidence is of are typed: sentences and words
 * are for people's eyes, a key makes its entry unique, and code decides by neither.
 */

/** As much of a syntax node as the rules look at. */
interface Node {
  readonly type: string
  readonly name?: string
  readonly value?: unknown
  readonly computed?: boolean
  readonly operator?: string
  readonly key?: Node
  readonly left?: Node
  readonly right?: Node
  readonly init?: Node | null
  readonly object?: Node
  readonly property?: Node
  readonly callee?: Node
  readonly discriminant?: Node
  readonly expression?: Node
  readonly parent?: Node
  readonly arguments?: readonly Node[]
  readonly properties?: readonly Node[]
}

interface Variable {
  readonly defs: readonly { readonly name: Node; readonly node: Node }[]
}

interface Scope {
  readonly set: ReadonlyMap<string, Variable>
  readonly upper: Scope | null
}

interface Context {
  readonly options: readonly unknown[]
  readonly sourceCode: { getScope(node: Node): Scope }
  report(finding: { readonly node: Node; readonly message: string }): void
}

type Visitors = Readonly<Record<string, (node: Node) => void>>

/** Methods that take a text apart, or look for something in it. */
const readingMethods = new Set([
  'at',
  'charAt',
  'endsWith',
  'includes',
  'indexOf',
  'lastIndexOf',
  'match',
  'matchAll',
  'search',
  'slice',
  'split',
  'startsWith',
  'substring',
])
const comparisons = new Set(['===', '!==', '==', '!='])

/** Properties that hold sentences are named by the first option; functions that write them, or parts of them, end in `Sentence` or `Words`, or are `sentenceOf`. */
const noReadSentence = {
  meta: { schema: [{ type: 'array', items: { type: 'string' } }] },
  create(context: Context): Visitors {
    const names = new Set(context.options[0] as readonly string[])
    const words: Held = { names, functions: /(?:Sentence|Words|^sentenceOf)$/ }
    const isSentence = (node: Node | undefined) => node !== undefined && holds(node, words, context)
    const report = (node: Node) =>
      context.report({ node, message: 'a sentence is for people’s eyes: decide by the fact' })
    return {
      CallExpression(node) {
        if (isTakenApart(node, isSentence)) report(node)
      },
      BinaryExpression(node) {
        if (!comparisons.has(node.operator ?? '')) return
        const { left, right } = node
        if ((isSentence(left) && saysSomething(right)) || (isSentence(right) && saysSomething(left)))
          report(node)
      },
      SwitchStatement(node) {
        if (isSentence(node.discriminant)) report(node)
      },
    }
  },
}

/** A method of it reads it, or an expression is tried on it. */
function isTakenApart(
  { callee, arguments: given }: Node,
  isHeld: (node: Node | undefined) => boolean,
): boolean {
  const method = (callee?.type === 'MemberExpression' && nameOf(callee.property)) || ''
  if (method === 'test' || method === 'exec') return isHeld(given?.[0])
  return readingMethods.has(method) && isHeld(callee?.object)
}

/** Certain words; whether a sentence is there at all may be asked. */
function saysSomething(node: Node | undefined): boolean {
  return (
    node?.type === 'TemplateLiteral' ||
    (node?.type === 'Literal' && typeof node.value === 'string' && node.value !== '')
  )
}

/** Names of properties that hold such a text, and of functions that write one. */
interface Held {
  readonly names: ReadonlySet<string>
  readonly functions: RegExp
}

function holds(node: Node, held: Held, context: Context): boolean {
  const { names, functions } = held
  switch (node.type) {
    case 'ChainExpression':
    case 'TSNonNullExpression':
    case 'ParenthesizedExpression':
      return node.expression !== undefined && holds(node.expression, held, context)
    case 'MemberExpression':
      return node.computed !== true && names.has(nameOf(node.property) ?? '')
    case 'CallExpression':
      return functions.test(nameOf(node.callee) ?? '')
    case 'Identifier':
      return (variableOf(node, context)?.defs ?? []).some((definition) => {
        const { parent } = definition.name
        if (parent?.type === 'Property') return names.has(nameOf(parent.key) ?? '')
        const { init } = definition.node
        return init != null && holds(init, held, context)
      })
    default:
      return false
  }
}

function variableOf(node: Node, context: Context): Variable | undefined {
  for (let scope: Scope | null = context.sourceCode.getScope(node); scope !== null; scope = scope.upper) {
    const found = scope.set.get(node.name ?? '')
    if (found !== undefined) return found
  }
  return undefined
}

/** Properties that hold ids are named by the first option. */
const noReadId = {
  meta: { schema: [{ type: 'array', items: { type: 'string' } }] },
  create(context: Context): Visitors {
    const ids: Held = {
      names: new Set(context.options[0] as readonly string[]),
      functions: /(?:^id|Id)(?:Of)?$/,
    }
    const isId = (node: Node | undefined) => node !== undefined && holds(node, ids, context)
    return {
      CallExpression(node) {
        if (isTakenApart(node, isId))
          context.report({ node, message: 'an id only tells things apart: what it is made of is in fields' })
      },
    }
  },
}

const eventKeyNames = new Set(['eventKey', 'event_key', 'evidence_key'])
const eventKeySearch = /\b(?:event|evidence)_key"?\s*(?:=|<>|!=|~|(?:NOT\s+)?(?:I?LIKE|IN|SIMILAR)\b)/i

const noReadEventKey = {
  create(context: Context): Visitors {
    const report = (node: Node) =>
      context.report({
        node,
        message: 'a key only makes an entry unique: decide by the fact, or by what a record is about',
      })
    return {
      MemberExpression(node) {
        if (eventKeyNames.has(nameOf(node.property) ?? '')) report(node)
      },
      ObjectPattern(node) {
        if (node.properties?.some(({ key }) => eventKeyNames.has(nameOf(key) ?? ''))) report(node)
      },
      CallExpression(node) {
        const method = node.callee?.type === 'MemberExpression' ? nameOf(node.callee.property) : undefined
        if (/where/i.test(method ?? '') && eventKeyNames.has(nameOf(node.arguments?.[0]) ?? '')) report(node)
      },
      TemplateElement(node) {
        const { cooked } = node.value as { readonly cooked: string | null }
        if (eventKeySearch.test(cooked ?? '')) report(node)
      },
    }
  },
}

/** Of an identifier, or of a text that stands in its place. */
function nameOf(node: Node | undefined): string | undefined {
  return node?.name ?? (typeof node?.value === 'string' ? node.value : undefined)
}

const plugin = {
  meta: { name: 'facts' },
  rules: {
    'no-read-sentence': noReadSentence,
    'no-read-event-key': noReadEventKey,
    'no-read-id': noReadId,
  },
}

export { plugin as default }
