// What LC_DYLD_INFO points to: the trie of exported symbols and the programs that bind imported ones
// (<mach-o/loader.h>, "dyld_info_command"). A name that is not UTF-8 is left out, and a fault ends the reading.

import { isUtf8 } from 'node:buffer'

import type { Budget } from '../../limits.ts'
import { latin1Of } from '../der/index.ts'
import type { Words } from '../elf/words.ts'
import type { DyldInfo } from './commands.ts'
import { Window } from './window.ts'

const flagsReexport = 0x08n
const flagsStub = 0x10n

const maxImports = 1024 * 1024
/** Names of one trie, together: nodes share prefixes, so a small one can spell out gigabytes. */
const maxNameBytes = 64 * 1024 * 1024

interface Node {
  readonly offset: number
  /** One character (0–255) for each byte. */
  readonly prefix: string
}

/** The names of a trie, from the last branch of each node to the first. */
export function readExports(words: Words, info: DyldInfo, budget: Budget): Uint8Array[] {
  const start = info.export_off
  const end = start + info.export_size
  if (end > words.bytes.length) return []
  const names: Uint8Array[] = []
  const visited = new Set<number>()
  const waiting: Node[] = [{ offset: 0, prefix: '' }]
  const room = { bytes: maxNameBytes }
  for (let node = waiting.pop(); node !== undefined && info.export_size > 0; node = waiting.pop()) {
    if (visited.has(node.offset)) continue
    visited.add(node.offset)
    if (visited.size % 4096 === 0) budget.checkTime()
    if (node.offset > info.export_size) continue
    const window = new Window(words, start + node.offset, end)
    const isSymbol = skipSymbol(window)
    if (!pushBranches(window, node, { waiting, room })) break
    if (!isSymbol) continue
    room.bytes -= node.prefix.length
    if (room.bytes < 0) break
    names.push(Buffer.from(node.prefix, 'latin1'))
  }
  return names
}

/** Whether the node is a symbol; skips what is said of it. */
function skipSymbol(window: Window): boolean {
  const length = window.uleb()
  if (length === 0n) return false
  const flags = window.uleb()
  // The address, or the number of the library that has it.
  window.uleb()
  if (flags === flagsStub) window.uleb()
  if (flags === flagsReexport) window.text()
  return true
}

/** False: the node is malformed, or there is no room for more names. */
function pushBranches(
  window: Window,
  node: Node,
  { waiting, room }: { waiting: Node[]; room: { bytes: number } },
): boolean {
  const count = window.u8()
  for (let index = 0; index < count && !window.isShort; index++) {
    const label = window.text()
    const offset = Number(window.uleb())
    room.bytes -= label.length
    if (room.bytes < 0) return false
    if (!window.isShort && isUtf8(label)) {
      waiting.push({ offset, prefix: node.prefix + latin1Of(label) })
    }
  }
  return !window.isShort
}

const opcodeMask = 0xf0

/** The names in the three programs – bound at once, when first called, and weakly –, each once. */
export function readImports(words: Words, info: DyldInfo, budget: Budget): Uint8Array[] {
  const names = new Map<string, Uint8Array>()
  const programs = [
    [info.bind_off, info.bind_size],
    [info.lazy_bind_off, info.lazy_bind_size],
    [info.weak_bind_off, info.weak_bind_size],
  ] as const
  for (const [start, size] of programs) {
    budget.checkTime()
    const end = start + size
    if (end <= words.bytes.length) runBindings(new Window(words, start, end), end, names)
  }
  return [...names.values()]
}

function runBindings(window: Window, end: number, names: Map<string, Uint8Array>): void {
  while (window.at < end && names.size < maxImports) {
    const name = runOpcode(window.u8() & opcodeMask, window)
    if (window.isShort) return
    if (name !== undefined && isUtf8(name)) names.set(latin1Of(name), name)
  }
}

/** Skips an opcode's operands; the name, if it has one. */
function runOpcode(opcode: number, window: Window): Uint8Array | undefined {
  switch (opcode) {
    case 0x40: // BIND_OPCODE_SET_SYMBOL_TRAILING_FLAGS_IMM
      return window.text()
    case 0xc0: // BIND_OPCODE_DO_BIND_ULEB_TIMES_SKIPPING_ULEB
      window.uleb()
      break
    case 0x20: // BIND_OPCODE_SET_DYLIB_ORDINAL_ULEB
    case 0x60: // BIND_OPCODE_SET_ADDEND_SLEB
    case 0x70: // BIND_OPCODE_SET_SEGMENT_AND_OFFSET_ULEB
    case 0x80: // BIND_OPCODE_ADD_ADDR_ULEB
    case 0xa0: // BIND_OPCODE_DO_BIND_ADD_ADDR_ULEB
      break
    default:
      return undefined
  }
  window.uleb()
  return undefined
}
