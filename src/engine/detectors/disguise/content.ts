// What an object really is, as far as its name could lie about it.

import { u16, u32 } from '../../codecs/little-endian.ts'
import type { ScanObject } from '../../scan-object.ts'
import { textKindOf } from '../../text-kind.ts'

export interface Content {
  /** `a program of Windows`. */
  readonly program: string | undefined
  /** `a shell script`. */
  readonly script: string | undefined
  readonly isText: boolean
  readonly isZip: boolean
  /** OLE: installers of Windows. */
  readonly isCompound: boolean
  readonly isShortcutWithArguments: boolean
  readonly isServerPage: boolean
  /** A script that talks to Windows Script Host. */
  readonly usesScriptHost: boolean
}

const mz = 0x5a4d
const elf = 0x464c457f
const peMagic = 0x4550
const zip = 0x04034b50
const compound = 0xe011cfd0
const shortcut = 0x4c
const hasArguments = 0x20
const machO: ReadonlySet<number> = new Set([0xfeedface, 0xfeedfacf, 0xcefaedfe, 0xcffaedfe])
const hostWords = /wscript|activexobject|scripting\.filesystemobject/i

export function contentOf(object: ScanObject): Content {
  const { head } = object
  const magic = head.length >= 4 ? u32(head, 0) : 0
  const isText = textKindOf(object) !== undefined
  const start = isText
    ? Buffer.from(head.buffer, head.byteOffset, head.length).toString('latin1').replaceAll('\0', '')
    : ''
  return {
    program: programOf(object, magic),
    script: scriptOf(start),
    isText,
    isZip: magic === zip,
    isCompound: magic === compound,
    isShortcutWithArguments: magic === shortcut && head.length > 24 && (u32(head, 20) & hasArguments) !== 0,
    isServerPage: /<\?(?:php|=)|<%/i.test(start),
    usesScriptHost: hostWords.test(start),
  }
}

function programOf({ head, source }: ScanObject, magic: number): string | undefined {
  if (magic === elf) return 'a program of Linux'
  if (machO.has(magic)) return 'a program of macOS'
  if ((magic & 0xffff) !== mz || head.length < 64) return undefined
  const at = u32(head, 60)
  const header = source.read(at, 4)
  return header.length === 4 && u16(header, 0) === peMagic && u16(header, 2) === 0
    ? 'a program of Windows'
    : undefined
}

function scriptOf(start: string): string | undefined {
  if (/^#!\s{0,3}\//.test(start)) return 'a script with an interpreter'
  if (/^\s{0,20}<\?php\b/i.test(start)) return 'a page that runs on a server'
  if (/^\s{0,20}(?:<script\b|<hta:)/i.test(start)) return 'a script'
  return /^\s{0,20}@echo off\b/i.test(start) ? 'a batch file' : undefined
}
