// A text pattern's shapes: plain, wide, each of them with its keys, or the three ways its base64 form can begin.

import type { Base64Variant, TextPattern } from '../pattern.ts'
import { bestAtom } from './atom.ts'
import { eitherCase, type Element, exactly } from './element.ts'
import type { Shape } from './shape.ts'

export function textShapes(pattern: TextPattern): Shape[] {
  if (pattern.base64 !== undefined) {
    return pattern.base64.flatMap((variant) =>
      forms(pattern).flatMap((form) => base64Shapes(form.bytes, variant)),
    )
  }
  return forms(pattern).map(({ bytes, wide }) => {
    const run = [...bytes].map((byte) => (pattern.nocase ? eitherCase(byte) : exactly(byte)))
    return shapeOf(run, { wide, fullword: pattern.fullword, xor: pattern.xor })
  })
}

function forms({ bytes, ascii, wide }: TextPattern): { bytes: Uint8Array; wide: boolean }[] {
  return [
    ...(ascii || !wide ? [{ bytes, wide: false }] : []),
    ...(wide ? [{ bytes: widened(bytes), wide: true }] : []),
  ]
}

function widened(bytes: Uint8Array): Uint8Array {
  const wide = new Uint8Array(bytes.length * 2)
  for (const [index, byte] of bytes.entries()) wide[index * 2] = byte
  return wide
}

function shapeOf(
  run: readonly Element[],
  { wide, fullword, xor }: { wide: boolean; fullword: boolean; xor: TextPattern['xor'] },
): Shape {
  return {
    run,
    atom: bestAtom(run),
    wide,
    fullword,
    greedy: false,
    ...(xor === undefined ? {} : { xor }),
  }
}

/** The characters that do not depend on what stands before and after the text, for each of the three phases. */
function base64Shapes(bytes: Uint8Array, { alphabet, wide }: Base64Variant): Shape[] {
  const shapes: Shape[] = []
  for (let phase = 0; phase < 3; phase++) {
    const characters = encode(bytes, phase, alphabet)
    // Bits of the first character come from the bytes before, those of the last from the bytes after.
    const first = [0, 2, 3][phase]!
    const loose = (phase + bytes.length) % 3
    const core = characters.slice(first, characters.length - (loose === 0 ? 0 : 1))
    if (core.length === 0) continue
    const run = core.flatMap((byte) => (wide ? [exactly(byte), exactly(0)] : [exactly(byte)]))
    shapes.push(shapeOf(run, { wide, fullword: false, xor: undefined }))
  }
  return shapes
}

/** With `phase` zero bytes before it and no padding. */
function encode(bytes: Uint8Array, phase: number, alphabet: Uint8Array): number[] {
  const characters: number[] = []
  const total = phase + bytes.length
  for (let at = 0; at < total; at += 3) {
    const three = [at, at + 1, at + 2].map((index) => bytes[index - phase] ?? 0)
    const bits = (three[0]! << 16) | (three[1]! << 8) | three[2]!
    const count = Math.min(4, total - at + 1)
    for (let i = 0; i < count; i++) characters.push(alphabet[(bits >> (18 - 6 * i)) & 63]!)
  }
  return characters
}
