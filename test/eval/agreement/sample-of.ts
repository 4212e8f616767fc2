// Bytes in which a pattern is found, made from the pattern itself.

import { bytesOf } from '../../../src/engine/matcher/regex/byte-set.ts'
import type { Tree } from '../../../src/engine/matcher/regex/tree.ts'
import type { Pattern, TextPattern } from '../../../src/engine/matcher/pattern.ts'

/** A number from 0 up to, but not including, `below`. */
export type Random = (below: number) => number

export function randomFrom(seed: number): Random {
  let state = seed >>> 0
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

export function sampleOf(pattern: Pattern, random: Random): Uint8Array {
  if (pattern.kind === 'text') return textSample(pattern, random)
  const bytes: number[] = []
  writeTree(pattern.tree, random, bytes)
  const wide = pattern.wide && (!pattern.ascii || random(2) === 0)
  return Uint8Array.from(wide ? widened(bytes) : bytes)
}

function textSample({ bytes, nocase, ascii, wide, xor, base64 }: TextPattern, random: Random): Uint8Array {
  let sample = [...bytes]
  if (nocase) sample = sample.map((byte) => (isLetter(byte) && random(2) === 0 ? byte ^ 0x20 : byte))
  if (wide && (!ascii || random(2) === 0)) sample = widened(sample)
  if (xor !== undefined) {
    const key = xor.least + random(xor.most - xor.least + 1)
    return Uint8Array.from(sample, (byte) => byte ^ key)
  }
  if (base64 === undefined) return Uint8Array.from(sample)
  const variant = base64[random(base64.length)]
  const before = Array.from({ length: random(3) }, () => random(256))
  const encoded = Buffer.from([...before, ...sample, random(256), random(256)]).toString('base64')
  const standard = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
  const own = Array.from(encoded, (character) => {
    const index = standard.indexOf(character)
    return index < 0 ? 0x3d : (variant?.alphabet[index] ?? 0)
  })
  return Uint8Array.from(variant?.wide === true ? widened(own) : own)
}

function writeTree(tree: Tree, random: Random, out: number[]): void {
  switch (tree.kind) {
    case 'bytes':
      out.push(...tree.bytes)
      return
    case 'class': {
      const members = bytesOf(tree.set)
      if (members.length > 0) out.push(members[random(members.length)] ?? 0)
      return
    }
    case 'concat':
      for (const item of tree.items) writeTree(item, random, out)
      return
    case 'either': {
      const item = tree.items[random(tree.items.length)]
      if (item !== undefined) writeTree(item, random, out)
      return
    }
    case 'repeat': {
      const most = Math.min(tree.most, tree.least + (random(4) === 0 ? 40 : 3))
      const times = tree.least + random(most - tree.least + 1)
      for (let i = 0; i < times && out.length < 20_000; i++) writeTree(tree.item, random, out)
      break
    }
    case 'assert':
  }
}

function widened(bytes: readonly number[]): number[] {
  return bytes.flatMap((byte) => [byte, 0])
}

function isLetter(byte: number): boolean {
  const letter = byte | 0x20
  return letter >= 0x61 && letter <= 0x7a
}
