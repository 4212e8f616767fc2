// Signatures that are not to be loaded: lines of .ign2 (`name` or `name:md5`) and .ign (`database:line:name`). An MD5 is
// that of the whole entry, so that a changed signature is loaded again.

import { createHash } from 'node:crypto'

export interface IgnoreList {
  /** Whether anything is ignored at all. */
  readonly isEmpty: boolean
  add(name: string, md5: string | undefined): void
  /** `entry`: the bytes of the signature's entry, one a character. */
  ignores(name: string, entry: string): boolean
  /** Like `ignores`, for callers that would have to make strings first: false is certain, true is not. */
  mayIgnore(bytes: Uint8Array, nameStart: number, nameEnd: number): boolean
}

export function createIgnoreList(): IgnoreList {
  /** Empty array: whatever the entry is. */
  const names = new Map<string, readonly string[]>()
  const lengths = new Set<number>()

  return {
    get isEmpty() {
      return names.size === 0
    },
    add(name, md5) {
      const before = names.get(name)
      const always = md5 === undefined || before?.length === 0
      names.set(name, always ? [] : [...(before ?? []), md5.toLowerCase()])
      lengths.add(name.length)
    },
    ignores(name, entry) {
      const md5s = names.get(withoutSuffix(name))
      if (md5s === undefined) return false
      return md5s.length === 0 || md5s.includes(createHash('md5').update(entry, 'latin1').digest('hex'))
    },
    mayIgnore(bytes, nameStart, nameEnd) {
      if (names.size === 0) return false
      const last = bytes[nameEnd - 1]
      return last === closingBrace || last === capitalL || lengths.has(nameEnd - nameStart)
    },
  }
}

// Names with a suffix end in one of these.
const closingBrace = 0x7d
const capitalL = 0x4c

/** Variants at the end of a name, `.{A,B}`, and the mark of unofficial databases do not count. */
function withoutSuffix(name: string): string {
  if (name.length > 3 && name.endsWith('}')) {
    const brace = name.indexOf('.{')
    return brace < 0 ? name : name.slice(0, brace)
  }
  return name.length > 11 && name.endsWith('.UNOFFICIAL') ? name.slice(0, -11) : name
}
