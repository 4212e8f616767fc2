// The globals of a workbook stream ([MS-XLS] 2.1.7.20.3): its sheets, defined names, links and shared strings.

import { u16, u32 } from '../../codecs/little-endian.ts'
import type { Budget } from '../../limits.ts'
import type { ByteSource } from '../../source/byte-source.ts'
import { type BiffRecord, dataOf, recordsOf, recordTypes } from './records.ts'
import { readBytes, readCharacters, readSharedStrings } from './strings.ts'

export interface Sheet {
  readonly name: string
  /** Of its records in the stream. */
  readonly at: number
  readonly isMacro: boolean
  /** 1: the user can show it again, 2: not without a program. */
  readonly hidden: 0 | 1 | 2
}

export interface DefinedName {
  readonly name: string
  readonly isHidden: boolean
  /** The formula that it stands for. */
  readonly tokens: Uint8Array
}

export interface Workbook {
  readonly biff: 5 | 8
  readonly sheets: readonly Sheet[]
  readonly names: readonly DefinedName[]
  readonly strings: readonly string[]
  /** Sheet of each entry in the table of outer sheets; -1 for other files. */
  readonly outerSheets: readonly number[]
  /** DDE links as a formula spells them: `cmd|'/c calc'!A0`. */
  readonly ddeLinks: readonly string[]
}

const macroSheetBof = 0x0040
const maxSheets = 10_000
const maxNames = 50_000
const maxLinks = 10_000
/** Bytes of the shared strings that are kept. */
const maxStringBytes = 16 * 1024 * 1024
const builtInNames = [
  'Consolidate_Area',
  'Auto_Open',
  'Auto_Close',
  'Extract',
  'Database',
  'Criteria',
  'Print_Area',
  'Print_Titles',
  'Recorder',
  'Data_Form',
  'Auto_Activate',
  'Auto_Deactivate',
  'Sheet_Title',
  '_FilterDatabase',
]

/** Undefined: the stream does not begin as a workbook of version 5 or 8 does. */
export function readWorkbook(source: ByteSource, budget: Budget): Workbook | undefined {
  const bof = source.read(0, 8)
  if (bof.length < 8 || u16(bof, 0) !== recordTypes.bof) return undefined
  const biff = u16(bof, 4) === 0x0600 ? 8 : 5
  const globals = new Globals(source, biff)
  for (const record of recordsOf(source, 0, budget)) {
    if (record.type === recordTypes.eof) break
    globals.add(record)
  }
  return globals.workbook()
}

class Globals {
  readonly #source: ByteSource
  readonly #biff: 5 | 8
  readonly #sheets: Sheet[] = []
  readonly #names: DefinedName[] = []
  readonly #stringParts: Uint8Array[] = []
  readonly #outerSheets: number[] = []
  readonly #ddeLinks: string[] = []
  #stringBytes = 0
  #lastType = 0
  #link: string | undefined
  /** Whether each book of links is this file itself. */
  readonly #ownBooks: boolean[] = []

  constructor(source: ByteSource, biff: 5 | 8) {
    this.#source = source
    this.#biff = biff
  }

  workbook(): Workbook {
    return {
      biff: this.#biff,
      sheets: this.#sheets,
      names: this.#names,
      strings: readSharedStrings(this.#stringParts),
      outerSheets: this.#outerSheets,
      ddeLinks: this.#ddeLinks,
    }
  }

  add(record: BiffRecord): void {
    switch (record.type) {
      case recordTypes.boundSheet:
        if (this.#sheets.length < maxSheets) this.#sheet(dataOf(this.#source, record))
        break
      case recordTypes.name:
        if (this.#names.length < maxNames) this.#name(dataOf(this.#source, record))
        break
      case recordTypes.sst:
        this.#strings(record)
        break
      case recordTypes.continue:
        if (this.#lastType === recordTypes.sst) this.#strings(record)
        return
      case recordTypes.supBook:
        this.#book(dataOf(this.#source, record))
        break
      case recordTypes.externSheet:
        this.#outer(dataOf(this.#source, record))
        break
      case recordTypes.externName:
        this.#outerName(dataOf(this.#source, record))
        break
      default:
        break
    }
    this.#lastType = record.type
  }

  #sheet(data: Uint8Array): void {
    const at = u32(data, 0)
    const length = data[6]!
    const name = this.#biff === 8 ? readCharacters(data, 7, length).text : readBytes(data, 7, length)
    const bof = this.#source.read(at, 8)
    // The sheet itself knows better than the list of sheets.
    const isMacro = data[5] === 1 || (u16(bof, 0) === recordTypes.bof && u16(bof, 6) === macroSheetBof)
    const state = data[4]! & 3
    this.#sheets.push({
      name: name.replaceAll('\0', ''),
      at,
      isMacro,
      hidden: state === 1 || state === 2 ? state : 0,
    })
  }

  #name(data: Uint8Array): void {
    const flags = u16(data, 0)
    const length = data[3]!
    const tokenBytes = u16(data, 4)
    const { text, next } =
      this.#biff === 8
        ? readCharacters(data, 14, length)
        : { text: readBytes(data, 14, length), next: 14 + length }
    const isBuiltIn = (flags & 0x20) !== 0
    const plain = text.replaceAll('\0', '')
    this.#names.push({
      name: isBuiltIn ? (builtInNames[text.charCodeAt(0)] ?? plain) : plain,
      isHidden: (flags & 1) !== 0,
      tokens: data.subarray(next, next + tokenBytes),
    })
  }

  #strings(record: BiffRecord): void {
    if (this.#stringBytes > maxStringBytes) return
    this.#stringBytes += record.length
    this.#stringParts.push(dataOf(this.#source, record))
  }

  #book(data: Uint8Array): void {
    const mark = u16(data, 2)
    this.#ownBooks.push(mark === 0x0401)
    this.#link = undefined
    if (mark === 0x0401 || mark === 0x3a01) return
    this.#link = ddeOf(readCharacters(data, 4, mark).text)
  }

  #outer(data: Uint8Array): void {
    if (this.#biff === 5) {
      this.#link = ddeOf(readBytes(data, 1, data[0]!))
      return
    }
    const count = Math.min(u16(data, 0), Math.floor((data.length - 2) / 6))
    for (let entry = 0; entry < count; entry++) {
      const at = 2 + entry * 6
      const isOwn = this.#ownBooks[u16(data, at)] === true
      this.#outerSheets.push(isOwn ? u16(data, at + 2) : -1)
    }
  }

  #outerName(data: Uint8Array): void {
    if (this.#link === undefined || this.#ddeLinks.length >= maxLinks) return
    const length = data[6]!
    const item = this.#biff === 8 ? readCharacters(data, 7, length).text : readBytes(data, 7, length)
    this.#ddeLinks.push(`${this.#link}!${item}`)
  }
}

/** A DDE link keeps program and topic in one string with U+0003 between; anything else is the path of a file. */
function ddeOf(path: string): string | undefined {
  const middle = path.indexOf('\u0003')
  return middle < 0 ? undefined : `${path.slice(0, middle)}|'${path.slice(middle + 1)}'`
}
