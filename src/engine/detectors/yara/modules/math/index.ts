// The module `math`: arithmetic, and figures of a part of the object or of a text. As in YARA-X, a range may end after
// the object and is cut there, but one that starts after it has no figures.

import { createMemory } from '../hash/memory.ts'
import type { FunctionType, Module, ModuleContext, Overload } from '../module.ts'
import {
  deviation,
  type Distribution,
  distributionOf,
  entropy,
  meanOf,
  mode,
  monteCarloPi,
  serialCorrelation,
} from './statistics.ts'

type Int = number | bigint

/** The bytes of a range, or undefined where the object has no such range. */
function rangeOf(offset: unknown, length: unknown, { bytes }: ModuleContext): Range | undefined {
  // A bigint is negative, after the end, or longer than any object.
  if (typeof offset !== 'number' || offset < 0 || offset > bytes.length) return undefined
  if (typeof length === 'bigint') return length < 0 ? undefined : { start: offset, end: bytes.length }
  if (typeof length !== 'number' || length < 0) return undefined
  return { start: offset, end: Math.min(offset + length, bytes.length) }
}

interface Range {
  readonly start: number
  readonly end: number
}

const rememberDistribution = createMemory<Distribution>()
const rememberFigure = createMemory<number>()

/** Ranges shorter than this are counted again: remembering them costs as much. */
const minRemembered = 512

function distributionIn({ start, end }: Range, context: ModuleContext): Distribution {
  const make = (): Distribution =>
    distributionOf(context.bytes.subarray(start, end), () => context.budget.checkTime())
  return end - start < minRemembered ? make() : rememberDistribution(context, `${start} ${end}`, make)
}

function distributionOfText(text: unknown, context: ModuleContext): Distribution {
  return distributionOf(Buffer.from(text as string, 'latin1'), () => context.budget.checkTime())
}

type Figure = (distribution: Distribution) => number | undefined

/** A figure that the distribution is enough for, over a range and over a text. */
function ofDistribution(name: string, figure: Figure): FunctionType {
  return {
    kind: 'function',
    overloads: [
      overRange(name, (range, context) => figure(distributionIn(range, context))),
      {
        args: ['text'],
        returns: 'float',
        call: (_self, [text], context) => figure(distributionOfText(text, context)),
      },
    ],
  }
}

/** A figure for which the order of the bytes counts, over a range and over a text. */
function ofBytes(
  name: string,
  figure: (bytes: Uint8Array, checkTime: () => void) => number | undefined,
): FunctionType {
  return {
    kind: 'function',
    overloads: [
      overRange(name, ({ start, end }, context) =>
        figure(context.bytes.subarray(start, end), () => context.budget.checkTime()),
      ),
      {
        args: ['text'],
        returns: 'float',
        call: (_self, [text], { budget }) =>
          figure(Buffer.from(text as string, 'latin1'), () => budget.checkTime()),
      },
    ],
  }
}

function overRange(
  name: string,
  figure: (range: Range, context: ModuleContext) => number | undefined,
): Overload {
  return {
    args: ['int', 'int'],
    returns: 'float',
    call(_self, [offset, length], context) {
      const range = rangeOf(offset, length, context)
      if (range === undefined) return undefined
      // Not a number stands for none: no figure is one.
      const key = `${name} ${range.start} ${range.end}`
      const value = rememberFigure(context, key, () => figure(range, context) ?? Number.NaN)
      return Number.isNaN(value) ? undefined : value
    },
  }
}

const deviationFunction: FunctionType = {
  kind: 'function',
  overloads: [
    {
      args: ['int', 'int', 'float'],
      returns: 'float',
      call(_self, [offset, length, mean], context) {
        const range = rangeOf(offset, length, context)
        return range === undefined ? undefined : deviation(distributionIn(range, context), mean as number)
      },
    },
    {
      args: ['text', 'float'],
      returns: 'float',
      call: (_self, [text, mean], context) => deviation(distributionOfText(text, context), mean as number),
    },
  ],
}

/** Something about one byte value, over the whole object and over a range. */
function ofValue(
  returns: 'int' | 'float',
  figure: (count: number, total: number) => number | undefined,
): FunctionType {
  const inRange = (value: unknown, range: Range | undefined, context: ModuleContext): number | undefined => {
    if (typeof value !== 'number' || value < 0 || value > 255 || range === undefined) return undefined
    const { counts, total } = distributionIn(range, context)
    return figure(counts[value] ?? 0, total)
  }
  return {
    kind: 'function',
    overloads: [
      {
        args: ['int', 'int', 'int'],
        returns,
        call: (_self, [value, offset, length], context) =>
          inRange(value, rangeOf(offset, length, context), context),
      },
      {
        args: ['int'],
        returns,
        call: (_self, [value], context) => inRange(value, { start: 0, end: context.bytes.length }, context),
      },
    ],
  }
}

const modeFunction: FunctionType = {
  kind: 'function',
  overloads: [
    {
      args: ['int', 'int'],
      returns: 'int',
      call(_self, [offset, length], context) {
        const range = rangeOf(offset, length, context)
        return range === undefined ? undefined : mode(distributionIn(range, context))
      },
    },
    {
      args: [],
      returns: 'int',
      call: (_self, _args, context) => mode(distributionIn({ start: 0, end: context.bytes.length }, context)),
    },
  ],
}

/** In base 8 and 16 a negative number is its two's complement in 64 bits. */
function toString(value: Int, base: Int): string | undefined {
  if (base === 10) return String(value)
  if (base !== 8 && base !== 16) return undefined
  return BigInt.asUintN(64, BigInt(value)).toString(base)
}

/** -2^63 has no absolute value in 64 bits and stays what it is. */
function abs(value: Int): Int {
  return typeof value === 'number' ? Math.abs(value) : BigInt.asIntN(64, value < 0 ? -value : value)
}

function single(args: Overload['args'], returns: Overload['returns'], call: Overload['call']): FunctionType {
  return { kind: 'function', overloads: [{ args, returns, call }] }
}

function betweenInclusive(args: Overload['args']): Overload {
  return {
    args,
    returns: 'bool',
    call(_self, values) {
      const [value, least, most] = values as readonly [Int, Int, Int]
      return least <= value && value <= most
    },
  }
}

export const mathModule: Module = {
  name: 'math',
  type: {
    kind: 'struct',
    fields: {
      MEAN_BYTES: { kind: 'constant', type: 'float', value: 127.5 },
      min: single(['int', 'int'], 'int', (_self, values) => {
        const [left, right] = values as readonly [Int, Int]
        return left < right ? left : right
      }),
      max: single(['int', 'int'], 'int', (_self, values) => {
        const [left, right] = values as readonly [Int, Int]
        return left > right ? left : right
      }),
      abs: single(['int'], 'int', (_self, [value]) => abs(value as Int)),
      to_number: single(['bool'], 'int', (_self, [value]) => (value === true ? 1 : 0)),
      in_range: {
        kind: 'function',
        overloads: [betweenInclusive(['int', 'int', 'int']), betweenInclusive(['float', 'float', 'float'])],
      },
      to_string: {
        kind: 'function',
        overloads: [
          { args: ['int'], returns: 'text', call: (_self, [value]) => String(value) },
          {
            args: ['int', 'int'],
            returns: 'text',
            call: (_self, [value, base]) => toString(value as Int, base as Int),
          },
        ],
      },
      entropy: ofDistribution('entropy', entropy),
      mean: ofDistribution('mean', meanOf),
      deviation: deviationFunction,
      serial_correlation: ofBytes('serial_correlation', serialCorrelation),
      monte_carlo_pi: ofBytes('monte_carlo_pi', monteCarloPi),
      count: ofValue('int', (count) => count),
      percentage: ofValue('float', (count, total) => (total === 0 ? undefined : count / total)),
      mode: modeFunction,
    },
  },
  open: () => ({}),
}
