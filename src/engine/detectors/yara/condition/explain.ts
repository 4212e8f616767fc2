// A condition as a tree of its parts with the value of each in one scene, for a person who asks why a rule matches or
// does not. Of a loop it shows the iteration that decided. Everything is evaluated here, also what a run would skip.

import { createCompiler } from './compile.ts'
import { compileBindings, inLoop, patternsLoop } from './compile-loops.ts'
import type { CompileOptions, Compiler, NodeOf } from './compiler.ts'
import { type Loop, traceLoop } from './loop.ts'
import type { Node, PatternRef, Range, RegexNode, Where } from './node.ts'
import { type Names, printCondition, printRef, printText, slotName } from './print.ts'
import type { Scene } from './scene.ts'

export interface Explained {
  /** YARA source, or what a loop stood at; shortened when long. */
  readonly text: string
  /** Numbers and texts are written as in YARA source; undefined is YARA's undefined. */
  readonly value: boolean | string | undefined
  readonly children: readonly Explained[]
}

export interface ExplainOptions extends CompileOptions {
  readonly names: Names
}

/** More parts than this are not shown. */
const maxParts = 2000
/** More parts of one part are not shown. */
const maxChildren = 100
const maxTextLength = 200

interface Explaining {
  readonly compiler: Compiler
  readonly names: Names
  readonly scene: Scene
  parts: number
}

export function explainCondition(node: Node, options: ExplainOptions, scene: Scene): Explained {
  return explain(node, { compiler: createCompiler(options), names: options.names, scene, parts: 0 })
}

function explain(node: Node, explaining: Explaining): Explained {
  explaining.parts++
  const text = shorten(printCondition(node, explaining.names))
  if (node.op === 'for-in' || node.op === 'for-patterns') return explainLoop(node, text, explaining)
  const value = showValue(explaining.compiler.value(node)(explaining.scene))
  if (node.op === 'with') return { text, value, children: explainWith(node, explaining) }
  const matches = node.op === 'pattern' ? explainMatches(node.pattern, explaining) : []
  return { text, value, children: [...matches, ...explainAll(partsOf(node), explaining)] }
}

const more: Explained = { text: '…', value: undefined, children: [] }

function explainAll(nodes: readonly Node[], explaining: Explaining): readonly Explained[] {
  const children: Explained[] = []
  for (const node of nodes) {
    if (children.length === maxChildren || explaining.parts >= maxParts) return [...children, more]
    children.push(explain(node, explaining))
  }
  return children
}

type Loops = NodeOf<'for-in' | 'for-patterns'>

function explainLoop(node: Loops, text: string, explaining: Explaining): Explained {
  const { compiler, scene } = explaining
  const ends = node.op === 'for-in' && node.over.kind === 'range' ? rangeParts(node.over.range) : []
  const children = explainAll(ends, explaining)
  const loop = node.op === 'for-in' ? inLoop(node, compiler) : patternsLoop(node, compiler)
  const { value, decidedBy } = traceLoop(node.quantifier, loop, compiler)(scene)
  if (decidedBy === undefined || explaining.parts >= maxParts) {
    loop.leave?.()
    return { text, value, children }
  }
  const outer = compiler.frame.current
  const iteration = explainIteration(node, { loop, index: decidedBy }, explaining)
  compiler.frame.current = outer
  loop.leave?.()
  return { text, value, children: [...children, iteration] }
}

interface Iteration {
  readonly loop: Loop
  readonly index: number
}

function explainIteration(node: Loops, { loop, index }: Iteration, explaining: Explaining): Explained {
  const { compiler, scene, names } = explaining
  const held = loop.step(scene, index)
  loop.enter(scene, index)
  const text =
    node.op === 'for-patterns'
      ? `$ = ${printRef('$', compiler.frame.current, names)}`
      : node.slots.map((slot) => `${slotName(slot)} = ${showValue(compiler.frame.slots[slot])}`).join(', ')
  return { text: shorten(text), value: held, children: explainAll([node.body], explaining) }
}

function explainWith(node: NodeOf<'with'>, explaining: Explaining): readonly Explained[] {
  const { compiler, scene } = explaining
  compileBindings(node, compiler)(scene)
  const bound = node.bindings.map(({ slot }) => ({
    text: slotName(slot),
    value: showValue(compiler.frame.slots[slot]),
    children: [],
  }))
  return [...bound, ...explainAll([node.body], explaining)]
}

/** How often a pattern matches and where first. */
function explainMatches(pattern: PatternRef, { compiler, names, scene }: Explaining): readonly Explained[] {
  const count = compiler.value({ op: 'count', pattern })(scene)
  if (count === 0) return []
  const index = { op: 'const', type: 'int', value: 1 } as const
  const offset = compiler.value({ op: 'offset', pattern, index })(scene)
  return [
    { text: printRef('#', pattern, names), value: showValue(count), children: [] },
    { text: printRef('@', pattern, names), value: showValue(offset), children: [] },
  ]
}

/** The nodes inside a node that are worth a line of their own. */
function partsOf(node: Node): readonly Node[] {
  return operandsOf(node).filter(({ op }) => op !== 'const' && op !== 'module')
}

function operandsOf(node: Node): readonly Node[] {
  if ('items' in node) return node.items
  if ('left' in node) return 'right' in node ? [node.left, node.right] : [node.left]
  if (node.op === 'of-patterns') return node.patterns.map((pattern) => patternNode(pattern, node.where))
  if (node.op === 'pattern') return node.where === undefined ? [] : whereParts(node.where)
  if (node.op === 'count') return node.range === undefined ? [] : rangeParts(node.range)
  if (node.op === 'offset' || node.op === 'length') return [node.index]
  if (node.op === 'read') return [node.offset]
  if (node.op === 'call') return node.args.filter(isNode)
  if (node.op === 'element') return [node.key]
  if (node.op === 'field') return isPlain(node.of) ? [] : operandsOf(node.of)
  return 'of' in node ? [node.of] : []
}

function patternNode(pattern: number, where: Where | undefined): Node {
  return where === undefined ? { op: 'pattern', pattern } : { op: 'pattern', pattern, where }
}

function whereParts(where: Where): readonly Node[] {
  return where.kind === 'at' ? [where.offset] : rangeParts(where.range)
}

function rangeParts({ low, high }: Range): readonly Node[] {
  return [low, high].filter(({ op }) => op !== 'const')
}

function isNode(arg: Node | RegexNode): arg is Node {
  return arg.op !== 'regex'
}

function isPlain({ op }: Node): boolean {
  return op === 'module' || op === 'local'
}

function showValue(value: unknown): boolean | string | undefined {
  if (value === undefined || typeof value === 'boolean') return value
  if (typeof value === 'string') return shorten(printText(value))
  if (typeof value === 'number' || typeof value === 'bigint') return String(value)
  if (Array.isArray(value)) return `array of ${value.length}`
  return value instanceof Map ? `map of ${value.size}` : 'structure'
}

function shorten(text: string): string {
  return text.length > maxTextLength ? `${text.slice(0, maxTextLength - 1)}…` : text
}
