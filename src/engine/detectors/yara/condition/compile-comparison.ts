// Comparisons. An undefined side makes the result undefined.

import { constantNumber } from './compile-arithmetic.ts'
import type { Compiler, Evaluate, EvaluateInt, NodeOf } from './compiler.ts'
import type { Int } from './integer.ts'

type ComparisonNode = NodeOf<'eq' | 'ne' | 'lt' | 'le' | 'gt' | 'ge'>
type Relation = ComparisonNode['op']

export function compileComparison(node: ComparisonNode, compiler: Compiler): Evaluate<boolean> {
  switch (node.type) {
    case 'int':
      return compileInts(node, compiler)
    case 'float':
      return compareWith<number>(node.op)(compiler.float(node.left), compiler.float(node.right))
    case 'text':
      // One character for each byte: the order of code units is the order of bytes.
      return compareWith<string>(node.op)(compiler.text(node.left), compiler.text(node.right))
    case 'bool':
      return compareWith<boolean>(node.op)(compiler.bool(node.left), compiler.bool(node.right))
  }
}

function compileInts(node: ComparisonNode, compiler: Compiler): Evaluate<boolean> {
  const constant = constantNumber(node.right)
  if (constant === undefined)
    return compareWith<Int>(node.op)(compiler.int(node.left), compiler.int(node.right))
  if (node.left.op === 'filesize') return compareFilesize[node.op](constant)
  if (node.left.op === 'read' && node.op === 'eq') {
    const direct = compileReadEquals(node.left, constant)
    if (direct !== undefined) return direct
  }
  return compareConstant[node.op](compiler.int(node.left), constant)
}

const compareFilesize: Readonly<Record<Relation, (constant: number) => Evaluate<boolean>>> = {
  eq: (constant) => (scene) => scene.bytes.length === constant,
  ne: (constant) => (scene) => scene.bytes.length !== constant,
  lt: (constant) => (scene) => scene.bytes.length < constant,
  le: (constant) => (scene) => scene.bytes.length <= constant,
  gt: (constant) => (scene) => scene.bytes.length > constant,
  ge: (constant) => (scene) => scene.bytes.length >= constant,
}

const compareConstant: Readonly<
  Record<Relation, (left: EvaluateInt, constant: number) => Evaluate<boolean>>
> = {
  eq: (left, constant) => (scene) => {
    const value = left(scene)
    return value === undefined ? undefined : value === constant
  },
  ne: (left, constant) => (scene) => {
    const value = left(scene)
    return value === undefined ? undefined : value !== constant
  },
  lt: (left, constant) => (scene) => {
    const value = left(scene)
    return value === undefined ? undefined : value < constant
  },
  le: (left, constant) => (scene) => {
    const value = left(scene)
    return value === undefined ? undefined : value <= constant
  },
  gt: (left, constant) => (scene) => {
    const value = left(scene)
    return value === undefined ? undefined : value > constant
  },
  ge: (left, constant) => (scene) => {
    const value = left(scene)
    return value === undefined ? undefined : value >= constant
  },
}

/** `uint16(0) == 0x5a4d` and its like: the bytes themselves are compared. */
function compileReadEquals(node: NodeOf<'read'>, constant: number): Evaluate<boolean> | undefined {
  const offset = constantNumber(node.offset)
  if (offset === undefined || offset < 0 || node.signed) return undefined
  const width = node.bits / 8
  const end = offset + width
  if (constant < 0 || constant >= 2 ** node.bits) {
    return (scene) => (end <= scene.bytes.length ? false : undefined)
  }
  const wanted = bytesOf(node, constant)
  const [first, second, third, fourth] = wanted
  if (width === 1) {
    return ({ bytes }) => (end <= bytes.length ? bytes[offset] === first : undefined)
  }
  if (width === 2) {
    return ({ bytes }) =>
      end <= bytes.length ? bytes[offset] === first && bytes[offset + 1] === second : undefined
  }
  return ({ bytes }) => {
    if (end > bytes.length) return undefined
    return (
      bytes[offset] === first &&
      bytes[offset + 1] === second &&
      bytes[offset + 2] === third &&
      bytes[offset + 3] === fourth
    )
  }
}

/** The bytes that the reader of this node reads as the value, an unsigned one of so many bits. */
export function bytesOf({ bits, bigEndian }: NodeOf<'read'>, value: number): readonly number[] {
  const bytes = Array.from({ length: bits / 8 }, (_, index) => Math.floor(value / 256 ** index) % 256)
  return bigEndian ? bytes.toReversed() : bytes
}

type Compare<Value> = (left: Evaluate<Value>, right: Evaluate<Value>) => Evaluate<boolean>

function compareWith<Value extends Int | string | boolean>(op: Relation): Compare<Value> {
  const holds = relations[op]
  return (left, right) => (scene) => {
    const a = left(scene)
    if (a === undefined) return undefined
    const b = right(scene)
    return b === undefined ? undefined : holds(a, b)
  }
}

type Comparable = Int | string | boolean

const relations: Readonly<Record<Relation, (left: Comparable, right: Comparable) => boolean>> = {
  eq: (left, right) => left === right,
  ne: (left, right) => left !== right,
  lt: (left, right) => left < right,
  le: (left, right) => left <= right,
  gt: (left, right) => left > right,
  ge: (left, right) => left >= right,
}
