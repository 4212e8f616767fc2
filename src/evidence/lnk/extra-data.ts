// The blocks behind a shortcut's strings ([MS-SHLLINK] 2.5): environment, console, link tracking, properties and more.

import { ansi, filetime, guid, hex, u16, u32, utf16 } from '../fields.ts'
import type { Notes } from '../note.ts'
import { type Property, readPropertyStore } from '../property-store.ts'
import { readShellItems, type ShellItem } from '../shell-items.ts'

const maxBlocks = 4096
/** Ticks of 100 ns from the calendar of UUIDs (1582-10-15) to that of FILETIME (1601-01-01). */
const uuidToFiletime = 5_748_192_000_000_000n

export interface ExtraData {
  readonly environment?: string
  readonly iconEnvironment?: string
  /** Identifier of a Windows Installer component. */
  readonly darwin?: string
  /** Name of a compatibility layer. */
  readonly shim?: string
  readonly console?: LinkConsole
  readonly consoleCodePage?: number
  readonly specialFolder?: number
  readonly knownFolder?: string
  readonly tracker?: LinkTracker
  readonly properties?: readonly Property[]
  /** The target once more, as Vista and later write it. */
  readonly vistaTarget?: readonly ShellItem[]
  /** Signatures of blocks that the specification does not know. */
  readonly unknownBlocks?: readonly number[]
}

export interface LinkConsole {
  readonly windowColumns: number
  readonly windowRows: number
  readonly bufferColumns: number
  readonly bufferRows: number
  readonly fillAttributes: number
  readonly fontSize: number
  readonly faceName: string
  readonly isFullScreen: boolean
  readonly isQuickEdit: boolean
  readonly historyCommands: number
}

export interface LinkTracker {
  /** NetBIOS name of the computer where the target last was. */
  readonly machineId: string
  readonly droid: Droid
  readonly birthDroid: Droid
}

export interface Droid {
  readonly volumeId: string
  readonly fileId: string
  /** Where the file identifier is a UUID of version 1: when it was made, and by which network card. */
  readonly time?: string
  readonly mac?: string
}

type Fields = { -readonly [K in keyof ExtraData]: ExtraData[K] }

/** `end`: behind the terminal block, or where reading stopped. */
export function readExtraData(
  bytes: Uint8Array,
  start: number,
  notes: Notes,
): { data: ExtraData; end: number } {
  const data: Fields = {}
  let at = start
  for (let count = 0; at + 4 <= bytes.length && count < maxBlocks; count++) {
    const size = u32(bytes, at)
    if (size < 4) return { data, end: at + 4 }
    if (size < 8 || at + size > bytes.length) {
      notes.add('an extra block goes on behind the end', at)
      return { data, end: bytes.length }
    }
    readBlock(bytes.subarray(at, at + size), data)
    at += size
  }
  notes.add('the extra blocks have no end', at)
  return { data, end: at }
}

function readBlock(block: Uint8Array, data: Fields): void {
  const signature = u32(block, 4)
  switch (signature) {
    case 0xa0000001:
      data.environment = wideOrAnsi(block)
      return
    case 0xa0000002:
      data.console = readConsole(block)
      return
    case 0xa0000003:
      data.tracker = {
        machineId: ansi(block, 16, 16),
        droid: readDroid(block, 32),
        birthDroid: readDroid(block, 64),
      }
      return
    case 0xa0000004:
      data.consoleCodePage = u32(block, 8)
      return
    case 0xa0000005:
      data.specialFolder = u32(block, 8)
      return
    case 0xa0000006:
      data.darwin = wideOrAnsi(block)
      return
    case 0xa0000007:
      data.iconEnvironment = wideOrAnsi(block)
      return
    case 0xa0000008:
      data.shim = utf16(block, 8)
      return
    case 0xa0000009:
      data.properties = readPropertyStore(block, 8)
      return
    case 0xa000000b:
      data.knownFolder = guid(block, 8)
      return
    case 0xa000000c:
      data.vistaTarget = readShellItems(block.subarray(8)).items
      return
    default:
      data.unknownBlocks = [...(data.unknownBlocks ?? []), signature].slice(0, 64)
  }
}

/** 260 bytes of text, then the same as UTF-16. */
function wideOrAnsi(block: Uint8Array): string {
  return utf16(block, 268, 260) || ansi(block, 8, 260)
}

function readConsole(block: Uint8Array): LinkConsole {
  return {
    fillAttributes: u16(block, 8),
    bufferColumns: u16(block, 12),
    bufferRows: u16(block, 14),
    windowColumns: u16(block, 16),
    windowRows: u16(block, 18),
    fontSize: u32(block, 32),
    faceName: utf16(block, 44, 32),
    isFullScreen: u32(block, 112) !== 0,
    isQuickEdit: u32(block, 116) !== 0,
    historyCommands: u32(block, 128),
  }
}

function readDroid(bytes: Uint8Array, at: number): Droid {
  return { volumeId: guid(bytes, at), fileId: guid(bytes, at + 16), ...uuidFacts(bytes, at + 16) }
}

/** RFC 9562, version 1. */
function uuidFacts(bytes: Uint8Array, at: number): Pick<Droid, 'time' | 'mac'> {
  const high = u16(bytes, at + 6)
  if (high >> 12 !== 1) return {}
  const ticks = (BigInt(high & 0xfff) << 48n) | (BigInt(u16(bytes, at + 4)) << 32n) | BigInt(u32(bytes, at))
  const time = Buffer.alloc(8)
  if (ticks > uuidToFiletime) time.writeBigUInt64LE(ticks - uuidToFiletime)
  const text = filetime(time, 0)
  const mac = hex(bytes, at + 10, 6)
    .match(/../g)
    ?.join(':')
  return { ...(text === undefined ? {} : { time: text }), ...(mac === undefined ? {} : { mac }) }
}
