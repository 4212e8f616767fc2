// Reads a hexadecimal signature loosely into pieces that each give some bytes: enough to make samples of it.

import type { Random } from './random.ts'

type Piece = (random: Random) => Buffer

const token = /\{(\d*)(-?)(\d*)\}|\[(\d+)(?:-(\d+))?\]|(!?)\(([^()]*)\)|\*|([0-9a-f?]{2})/gi
const longestGap = 12

export function parseTree(body: string): Piece[] {
  return [...body.matchAll(token)].map((match) => {
    const [whole, least = '', dash = '', most = '', near, far, negation = '', group, pair] = match
    if (whole === '*') return gap(0, longestGap)
    if (near !== undefined) return gap(Number(near), Number(far ?? near))
    if (group !== undefined) return alternatives(group, negation !== '')
    if (pair !== undefined) return byte(pair)
    const from = Number(least)
    if (dash === '') return gap(from, from)
    return gap(Math.max(0, from - 1), most === '' ? from + longestGap : Number(most) + 1)
  })
}

function gap(least: number, most: number): Piece {
  return (random) => Buffer.from(Array.from({ length: random.between(least, most) }, () => random.byte()))
}

function byte(pair: string): Piece {
  return (random) =>
    Buffer.from(
      pair.replaceAll('?', () => random.below(16).toString(16)),
      'hex',
    )
}

const marks: Readonly<Record<string, string>> = { B: ' ', L: '\n', W: '-' }

function alternatives(group: string, isNegated: boolean): Piece {
  return (random) => {
    const mark = marks[group]
    if (mark !== undefined) return Buffer.from(random.chance(60) === isNegated ? 'a' : mark)
    const choice = random.pick(group.split('|'))
    const bytes = Buffer.from(choice.replaceAll('?', '1'), 'hex')
    return isNegated && random.chance(70) ? Buffer.from(bytes.map((value) => value ^ 2)) : bytes
  }
}
