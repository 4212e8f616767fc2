// `and`, `or`, `not`, `defined`, values used as conditions, other rules, and the operators over texts.

import { compileRegex } from '../../../matcher/regex/regex.ts'
import type { RegexArgument } from '../modules/module.ts'
import type { Compiler, Evaluate, NodeOf } from './compiler.ts'
import type { RegexNode } from './node.ts'
import { textTests } from './text-operators.ts'

/** Undefined counts as false, so the result is never undefined. */
export function compileAnd(node: NodeOf<'and'>, compiler: Compiler): Evaluate<boolean> {
  const items = node.items.map((item) => compiler.bool(item))
  const [first, second, third, fourth] = items
  if (items.length === 2) return (scene) => first!(scene) === true && second!(scene) === true
  if (items.length === 3) {
    return (scene) => first!(scene) === true && second!(scene) === true && third!(scene) === true
  }
  if (items.length === 4) {
    return (scene) =>
      first!(scene) === true && second!(scene) === true && third!(scene) === true && fourth!(scene) === true
  }
  return (scene) => {
    for (let index = 0; index < items.length; index++) if (items[index]!(scene) !== true) return false
    return true
  }
}

/** Undefined counts as false, so the result is never undefined. */
export function compileOr(node: NodeOf<'or'>, compiler: Compiler): Evaluate<boolean> {
  const items = node.items.map((item) => compiler.bool(item))
  const [first, second, third] = items
  if (items.length === 2) return (scene) => first!(scene) === true || second!(scene) === true
  if (items.length === 3) {
    return (scene) => first!(scene) === true || second!(scene) === true || third!(scene) === true
  }
  return (scene) => {
    for (let index = 0; index < items.length; index++) if (items[index]!(scene) === true) return true
    return false
  }
}

export function compileNot(node: NodeOf<'not'>, compiler: Compiler): Evaluate<boolean> {
  const of = compiler.bool(node.of)
  return (scene) => {
    const value = of(scene)
    return value === undefined ? undefined : !value
  }
}

export function compileDefined(node: NodeOf<'defined'>, compiler: Compiler): Evaluate<boolean> {
  const of = compiler.value(node.of)
  return (scene) => of(scene) !== undefined
}

/** Undefined stays undefined: `not 0` is true, `not uint8(filesize)` is not. */
export function compileTruth(node: NodeOf<'truth'>, compiler: Compiler): Evaluate<boolean> {
  if (node.type === 'bool') return compiler.bool(node.of)
  const of = compiler.value(node.of)
  const no = node.type === 'text' ? '' : 0
  return (scene) => {
    const value = of(scene)
    return value === undefined ? undefined : value !== no
  }
}

export function compileRule(node: NodeOf<'rule'>): Evaluate<boolean> {
  const { rule } = node
  return (scene) => scene.rule(rule)
}

export function compileTextTest(
  node: NodeOf<
    'contains' | 'icontains' | 'startswith' | 'istartswith' | 'endswith' | 'iendswith' | 'iequals'
  >,
  compiler: Compiler,
): Evaluate<boolean> {
  const left = compiler.text(node.left)
  const right = compiler.text(node.right)
  const test = textTests[node.op]
  return (scene) => {
    const text = left(scene)
    if (text === undefined) return undefined
    const part = right(scene)
    return part === undefined ? undefined : test(text, part)
  }
}

export function compileMatches(node: NodeOf<'matches'>, compiler: Compiler): Evaluate<boolean> {
  const left = compiler.text(node.left)
  const regex = lazyRegex(node.regex)
  return (scene) => {
    const text = left(scene)
    return text === undefined ? undefined : regex.test(text)
  }
}

/** Compiled when it is first asked: most rules never get so far. */
export function lazyRegex(node: RegexNode): RegexArgument {
  let compiled: RegexArgument | undefined
  return {
    test(text) {
      compiled ??= compileRegex(node.source, node.flags)
      return compiled.test(text)
    },
  }
}
