// One text for each different pattern, so that rules which look for the same thing share one search.

import type { Pattern } from '../pattern.ts'
import type { ByteSet, Tree } from '../regex/tree.ts'

export function keyOf(pattern: Pattern): string {
  if (pattern.kind === 'tree') {
    const { ascii, wide, fullword, greedy, tree } = pattern
    return `r${flags([ascii, wide, fullword, greedy])}${treeKey(tree)}`
  }
  const { nocase, ascii, wide, fullword, xor, base64, bytes } = pattern
  const variants = (base64 ?? []).map(
    (variant) => `${flags([variant.wide])}${Buffer.from(variant.alphabet).toString('latin1')}`,
  )
  const keys = xor === undefined ? '' : `${xor.least}-${xor.most}`
  const text = latin1(bytes)
  return `t${flags([nocase, ascii, wide, fullword])}${keys},${base64 === undefined ? '' : 'b'}${variants.join('|')},${text}`
}

/** Parsers hand out one set for all wildcards that are written alike. */
const classKeys = new WeakMap<ByteSet, string>()

function classKey(set: ByteSet): string {
  const known = classKeys.get(set)
  if (known !== undefined) return known
  const key = `[${set.join(',')}]`
  classKeys.set(set, key)
  return key
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
}

function flags(values: readonly boolean[]): string {
  return values.map((value) => (value ? '1' : '0')).join('')
}

function treeKey(tree: Tree): string {
  switch (tree.kind) {
    case 'bytes':
      return `"${tree.bytes.length}:${latin1(tree.bytes)}`
    case 'class':
      return classKey(tree.set)
    case 'concat':
      return `(${tree.items.map((item) => treeKey(item)).join(' ')})`
    case 'either':
      return `(${tree.items.map((item) => treeKey(item)).join('|')})`
    case 'repeat':
      return `${treeKey(tree.item)}{${tree.least},${tree.most}${tree.greedy ? '' : '?'}}`
    case 'assert':
      return `<${tree.that}>`
  }
}
