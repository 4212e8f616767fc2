// The module `string`: lengths of texts and numbers in them.

import type { Module } from '../module.ts'

const least = -(2n ** 63n)
const greatest = 2n ** 63n - 1n

/** Undefined unless all of the text is one number that has 64 bits: a sign, if any, and digits. */
function toInt(text: string, base: number): number | bigint | undefined {
  if (!/^[+-]?[0-9a-z]+$/i.test(text)) return undefined
  const digits = text.replace(/^[+-]?0*/, '')
  // Every base has at least one bit a digit: what is longer cannot fit.
  if (digits.length > 64) return undefined
  let value = 0n
  for (const digit of digits) {
    const worth = Number.parseInt(digit, 36)
    if (worth >= base) return undefined
    value = value * BigInt(base) + BigInt(worth)
  }
  if (text.startsWith('-')) value = -value
  if (value < least || value > greatest) return undefined
  const near = Number(value)
  return Number.isSafeInteger(near) ? near : value
}

export const stringModule: Module = {
  name: 'string',
  type: {
    kind: 'struct',
    fields: {
      /** In bytes. */
      length: {
        kind: 'function',
        overloads: [{ args: ['text'], returns: 'int', call: (_self, [text]) => (text as string).length }],
      },
      to_int: {
        kind: 'function',
        overloads: [
          { args: ['text'], returns: 'int', call: (_self, [text]) => toInt(text as string, 10) },
          {
            args: ['text', 'int'],
            returns: 'int',
            call: (_self, [text, base]) =>
              typeof base === 'number' && base >= 2 && base <= 36 ? toInt(text as string, base) : undefined,
          },
        ],
      },
    },
  },
  open: () => ({}),
}
