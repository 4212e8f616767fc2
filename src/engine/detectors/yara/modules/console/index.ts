// The module `console`: every function writes a line and is true, so that it can stand in the middle of a condition.

import type { FunctionType, Module, Overload } from '../module.ts'

type Print = (value: unknown) => string

/** The function over a value, and over a message in front of the value. */
function printer(type: 'text' | 'int' | 'float', print: Print): readonly Overload[] {
  return [
    {
      args: [type],
      returns: 'bool',
      call(_self, [value], { log }) {
        log(print(value))
        return true
      },
    },
    {
      args: ['text', type],
      returns: 'bool',
      call(_self, [message, value], { log }) {
        log(decode(message) + print(value))
        return true
      },
    },
  ]
}

/** Bytes that are not UTF-8 stand as U+FFFD. */
function decode(text: unknown): string {
  return Buffer.from(text as string, 'latin1').toString('utf8')
}

/** All digits, never an exponent. */
function printFloat(value: unknown): string {
  const number = value as number
  if (Number.isNaN(number)) return 'NaN'
  if (!Number.isFinite(number)) return number > 0 ? 'inf' : '-inf'
  if (Object.is(number, -0)) return '-0'
  const text = String(number)
  return text.includes('e') ? withoutExponent(text) : text
}

/** `1.5e+21` as `1500000000000000000000`, `1e-7` as `0.0000001`. */
function withoutExponent(text: string): string {
  const [mantissa = '', exponent = '0'] = text.split('e')
  const sign = mantissa.startsWith('-') ? '-' : ''
  const [whole = '', fraction = ''] = mantissa.replace('-', '').split('.')
  const places = Number(exponent)
  if (places < 0) return `${sign}0.${'0'.repeat(-places - 1)}${whole}${fraction}`
  return sign + whole + fraction.padEnd(places, '0')
}

/** Of a negative number, the two's complement in 64 bits. */
function printHex(value: unknown): string {
  return `0x${BigInt.asUintN(64, BigInt(value as number | bigint)).toString(16)}`
}

const log: FunctionType = {
  kind: 'function',
  overloads: [...printer('text', decode), ...printer('int', String), ...printer('float', printFloat)],
}

const hex: FunctionType = { kind: 'function', overloads: printer('int', printHex) }

export const consoleModule: Module = {
  name: 'console',
  type: { kind: 'struct', fields: { log, hex } },
  open: () => ({}),
}
