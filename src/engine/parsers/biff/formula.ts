// Formulas as they are stored, in reverse Polish tokens ([MS-XLS] 2.5.198, [MS-XLSB] 2.5.98), turned back into text, and
// into a value as far as it follows from constants.

import { u16, u32 } from '../../codecs/little-endian.ts'
import { type Constant, constantOf, operated } from './constant.ts'
import { argumentCount, functionName, userDefined } from './functions.ts'

export interface FormulaContext {
  /** 5, 8, or 12 for xlsb: they store references and strings differently. */
  readonly biff: 5 | 8 | 12
  /** Of a cell of the formula's own sheet, or of the sheet with that number in the table of outer sheets. */
  cell(row: number, column: number, outerSheet?: number): Constant
  sheetName(outerSheet: number): string
  /** The defined name with this number, from 1. */
  definedName(number: number): string
}

export interface Formula {
  readonly text: string
  readonly value: Constant
  /** The functions it calls. */
  readonly calls: readonly FormulaCall[]
  /** Tokens at its end could not be read. */
  readonly isCut: boolean
}

export interface FormulaCall {
  readonly name: string
  readonly args: readonly Constant[]
  /** What the arguments are, as text. */
  readonly argTexts: readonly string[]
}

interface Item {
  readonly text: string
  readonly value: Constant
}

const binary: Readonly<Record<number, string>> = {
  0x03: '+',
  0x04: '-',
  0x05: '*',
  0x06: '/',
  0x07: '^',
  0x08: '&',
  0x09: '<',
  0x0a: '<=',
  0x0b: '=',
  0x0c: '>=',
  0x0d: '>',
  0x0e: '<>',
  0x0f: ' ',
  0x10: ',',
  0x11: ':',
}
const errors: Readonly<Record<number, string>> = {
  0x00: '#NULL!',
  0x07: '#DIV/0!',
  0x0f: '#VALUE!',
  0x17: '#REF!',
  0x1d: '#NAME?',
  0x24: '#NUM!',
  0x2a: '#N/A',
}
const maxText = 32 * 1024
const maxCalls = 1000

/** Bytes behind these tokens, by version: 5, 8, 12. Their content is not shown. */
const skipped: Readonly<Record<number, readonly [number, number, number]>> = {
  0x01: [4, 4, 4],
  0x02: [4, 4, 8],
  0x20: [7, 7, 14],
  0x26: [6, 6, 6],
  0x27: [6, 6, 6],
  0x28: [6, 6, 6],
  0x29: [2, 2, 2],
  0x2a: [3, 4, 6],
  0x2b: [6, 8, 12],
  0x2e: [2, 2, 2],
  0x2f: [2, 2, 2],
  0x3c: [17, 6, 8],
  0x3d: [20, 10, 14],
}

export function decodeFormula(tokens: Uint8Array, context: FormulaContext): Formula {
  return new FormulaReader(tokens, context).run()
}

class FormulaReader {
  readonly #tokens: Uint8Array
  readonly #context: FormulaContext
  readonly #stack: Item[] = []
  readonly #calls: FormulaCall[] = []
  #at = 0

  constructor(tokens: Uint8Array, context: FormulaContext) {
    this.#tokens = tokens
    this.#context = context
  }

  run(): Formula {
    let isCut = false
    while (this.#at < this.#tokens.length) {
      const token = this.#tokens[this.#at++]!
      // Reference, value and array forms of a token differ in two bits.
      const base = token < 0x20 ? token : (token & 0x1f) | 0x20
      if (!this.#token(base)) {
        isCut = true
        break
      }
    }
    // An unfinished formula shows all that it has.
    const text = this.#stack.map((item) => item.text).join(' ')
    return { text, value: this.#stack.at(-1)?.value, calls: this.#calls, isCut }
  }

  #token(base: number): boolean {
    const operator = binary[base]
    if (operator !== undefined) {
      const right = this.#pop()
      const left = this.#pop()
      this.#push(left.text + operator + right.text, operated(operator, left.value, right.value))
      return true
    }
    const bytes = skipped[base]
    if (bytes !== undefined) {
      this.#at += bytes[versionIndex(this.#context.biff)] ?? 0
      if (base === 0x2a || base === 0x2b || base === 0x3c || base === 0x3d) this.#push('#REF!', undefined)
      else if (base === 0x20) this.#push('{…}', undefined)
      return true
    }
    return base < 0x20 ? this.#simple(base) : this.#reference(base)
  }

  #simple(base: number): boolean {
    const tokens = this.#tokens
    switch (base) {
      case 0x12:
        return true
      case 0x13: {
        const { text, value } = this.#pop()
        this.#push(`-${text}`, operated('-', 0, value))
        return true
      }
      case 0x14: {
        const { text, value } = this.#pop()
        this.#push(`${text}%`, operated('/', value, 100))
        return true
      }
      case 0x15: {
        const { text, value } = this.#pop()
        this.#push(`(${text})`, value)
        return true
      }
      case 0x16:
        this.#push('', undefined)
        return true
      case 0x17:
        return this.#string()
      case 0x18:
        this.#at += this.#context.biff === 12 ? 5 : 6
        return true
      case 0x19:
        this.#attribute()
        return true
      case 0x1c:
        this.#push(errors[tokens[this.#at++]!] ?? '#ERROR', undefined)
        return true
      case 0x1d: {
        const isTrue = tokens[this.#at++] === 1
        this.#push(isTrue ? 'TRUE' : 'FALSE', undefined)
        return true
      }
      case 0x1e:
        this.#push(String(u16(tokens, this.#at)), u16(tokens, this.#at))
        this.#at += 2
        return true
      case 0x1f: {
        if (this.#at + 8 > tokens.length) return false
        const value = Buffer.from(tokens.buffer, tokens.byteOffset).readDoubleLE(this.#at)
        this.#push(String(value), value)
        this.#at += 8
        return true
      }
      default:
        return false
    }
  }

  #string(): boolean {
    const { biff } = this.#context
    const tokens = this.#tokens
    const length = biff === 12 ? u16(tokens, this.#at) : tokens[this.#at]!
    this.#at += biff === 12 ? 2 : 1
    const isWide = biff === 12 || (biff === 8 && (tokens[this.#at++]! & 1) === 1)
    const bytes = tokens.subarray(this.#at, this.#at + (isWide ? length * 2 : length))
    this.#at += isWide ? length * 2 : length
    const text = Buffer.from(bytes).toString(isWide ? 'utf16le' : 'latin1')
    this.#push(`"${text.replaceAll('"', '""')}"`, text)
    return true
  }

  /** Hints for the calculation; only the table of CHOOSE has a length of its own. */
  #attribute(): void {
    const kind = this.#tokens[this.#at]!
    const value = u16(this.#tokens, this.#at + 1)
    this.#at += 3
    if ((kind & 0x04) !== 0) this.#at += (value + 1) * 2
    if ((kind & 0x10) === 0) return
    const { text, value: sum } = this.#pop()
    this.#push(`SUM(${text})`, sum)
  }

  #reference(base: number): boolean {
    const { biff } = this.#context
    switch (base) {
      case 0x21: {
        const number = u16(this.#tokens, this.#at)
        this.#at += 2
        const name = functionName(number)
        this.#call(name, argumentCount(name))
        return true
      }
      case 0x22: {
        const count = this.#tokens[this.#at]! & 0x7f
        const number = u16(this.#tokens, this.#at + 1)
        this.#at += 3
        if (number === userDefined) this.#userCall(count)
        else this.#call(functionName(number), count)
        return true
      }
      case 0x23:
        this.#push(this.#context.definedName(u16(this.#tokens, this.#at)), undefined)
        this.#at += biff === 5 ? 14 : 4
        return true
      case 0x39:
        this.#push(`NAME.${u16(this.#tokens, this.#at + (biff === 5 ? 10 : 2))}`, undefined)
        this.#at += biff === 5 ? 24 : 6
        return true
      case 0x24:
      case 0x2c:
        return this.#cell(undefined)
      case 0x25:
      case 0x2d:
        return this.#area(undefined)
      case 0x3a:
        return this.#cell(this.#outerSheet())
      case 0x3b:
        return this.#area(this.#outerSheet())
      default:
        return false
    }
  }

  #outerSheet(): number {
    const sheet = u16(this.#tokens, this.#at)
    // Version 5 says the first and last sheet itself.
    this.#at += this.#context.biff === 5 ? 14 : 2
    return sheet
  }

  #cell(sheet: number | undefined): boolean {
    const { biff } = this.#context
    const row = biff === 12 ? u32(this.#tokens, this.#at) : u16(this.#tokens, this.#at)
    this.#at += biff === 12 ? 4 : 2
    const column = biff === 5 ? this.#tokens[this.#at]! : u16(this.#tokens, this.#at)
    this.#at += biff === 5 ? 1 : 2
    const place = placeOf(row, column, biff)
    const value = this.#context.cell(place.row, place.column, sheet)
    this.#push(this.#inSheet(sheet, `R${place.row + 1}C${place.column + 1}`), value)
    return this.#at <= this.#tokens.length
  }

  #area(sheet: number | undefined): boolean {
    const { biff } = this.#context
    const rowBytes = biff === 12 ? 4 : 2
    const rowAt = (at: number): number => (biff === 12 ? u32(this.#tokens, at) : u16(this.#tokens, at))
    const columnAt = (at: number): number => (biff === 5 ? this.#tokens[at]! : u16(this.#tokens, at))
    const columnBytes = biff === 5 ? 1 : 2
    const columns = this.#at + rowBytes * 2
    const first = placeOf(rowAt(this.#at), columnAt(columns), biff)
    const last = placeOf(rowAt(this.#at + rowBytes), columnAt(columns + columnBytes), biff)
    this.#at = columns + columnBytes * 2
    const text = `R${first.row + 1}C${first.column + 1}:R${last.row + 1}C${last.column + 1}`
    this.#push(this.#inSheet(sheet, text), undefined)
    return this.#at <= this.#tokens.length
  }

  #inSheet(sheet: number | undefined, text: string): string {
    return sheet === undefined ? text : `${this.#context.sheetName(sheet)}!${text}`
  }

  #call(name: string, count: number): void {
    const args = this.#popMany(count)
    const values = args.map(({ value }) => value)
    const argTexts = args.map(({ text }) => text)
    if (this.#calls.length < maxCalls) this.#calls.push({ name, args: values, argTexts })
    this.#push(`${name}(${argTexts.join(',')})`, constantOf(name, values))
  }

  /** The first argument is the name of the function. */
  #userCall(count: number): void {
    const [name, ...args] = this.#popMany(count)
    const argTexts = args.map(({ text }) => text)
    this.#push(`${name?.text ?? ''}(${argTexts.join(',')})`, undefined)
  }

  #popMany(count: number): Item[] {
    return this.#stack.splice(Math.max(0, this.#stack.length - count), count)
  }

  #pop(): Item {
    return this.#stack.pop() ?? { text: '?', value: undefined }
  }

  #push(text: string, value: Constant): void {
    this.#stack.push({ text: text.length > maxText ? text.slice(0, maxText) : text, value })
  }
}

function versionIndex(biff: FormulaContext['biff']): 0 | 1 | 2 {
  if (biff === 5) return 0
  return biff === 8 ? 1 : 2
}

/** The two upper bits say whether a part is relative. */
function placeOf(row: number, column: number, biff: FormulaContext['biff']): { row: number; column: number } {
  if (biff === 5) return { row: row & 0x3fff, column }
  return { row, column: column & 0x3fff }
}
