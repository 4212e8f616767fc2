// Programs, archives and code that a script carries as text: base64 and hexadecimal in its strings.

import type { Budget } from '../../limits.ts'
import { fromBase64, fromHex, isReadable, programIn } from './decode.ts'
import type { Layer } from './fold/folder.ts'

const maxBlobs = 200
const base64 = /[A-Za-z0-9+/]{40,}={0,2}/g
const hex = /(?:[0-9a-fA-F]{2}){60,}|(?:(?:\\x|0x)[0-9a-fA-F]{2}[,\s"+]{0,4}){40,}/g
/** What archives, images of disks and shortcuts begin with. */
const containers: readonly (readonly [string, string])[] = [
  ['PK\u0003\u0004', 'a zip archive'],
  ['Rar!\u001a', 'a rar archive'],
  ['7z\u00bc\u00af', 'a 7z archive'],
  ['L\0\0\0\u0001\u0014\u0002', 'a shortcut'],
  ['MSCF', 'a cabinet'],
]

export interface Carried {
  readonly layers: readonly Layer[]
  readonly program: string | undefined
  readonly container: string | undefined
  /** Characters of the longest run of base64. */
  readonly longest: number
}

export function carriedIn(text: string, budget: Budget): Carried {
  const layers: Layer[] = []
  let program: string | undefined
  let container: string | undefined
  let longest = 0
  for (const [pattern, decode] of [
    [base64, fromBase64],
    [hex, fromHex],
  ] as const) {
    let count = 0
    for (const [blob] of text.matchAll(pattern)) {
      if (++count > maxBlobs) break
      budget.checkTime()
      longest = Math.max(longest, blob.length)
      const plain = decode(blob)
      if (plain === undefined) continue
      program ??= programIn(plain)
      container ??= containers.find(([mark]) => plain.startsWith(mark))?.[1]
      if (plain.length > 12 && isReadable(plain)) layers.push({ text: plain, language: undefined })
    }
  }
  return { layers, program, container, longest }
}
