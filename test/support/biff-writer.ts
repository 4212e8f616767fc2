// Writes workbook streams ([MS-XLS]): enough for macro sheets, names, links and shared strings.

export type Tokens = Buffer

function u16(...values: readonly number[]): Buffer {
  const out = Buffer.alloc(values.length * 2)
  for (const [at, value] of values.entries()) out.writeUInt16LE(value & 0xffff, at * 2)
  return out
}

export function biffRecord(type: number, ...parts: readonly Uint8Array[]): Buffer {
  const data = Buffer.concat(parts)
  return Buffer.concat([u16(type, data.length), data])
}

/** Characters behind a byte of flags. */
function characters(text: string): Buffer {
  const isWide = Array.from(text).some((character) => character.charCodeAt(0) > 255)
  return Buffer.concat([Buffer.of(isWide ? 1 : 0), Buffer.from(text, isWide ? 'utf16le' : 'latin1')])
}

/** Tokens of formulas ([MS-XLS] 2.5.198). */
export const ptg = {
  text: (text: string): Tokens => Buffer.concat([Buffer.of(0x17, text.length), characters(text)]),
  number: (value: number): Tokens => Buffer.concat([Buffer.of(0x1e), u16(value)]),
  cell: (row: number, column: number): Tokens =>
    Buffer.concat([Buffer.of(0x44), u16(row - 1, (column - 1) | 0xc000)]),
  outerCell: (sheet: number, row: number, column: number): Tokens =>
    Buffer.concat([Buffer.of(0x3a), u16(sheet, row - 1, column - 1)]),
  join: Buffer.of(0x08),
  /** A function with a fixed number of arguments. */
  fixed: (number: number): Tokens => Buffer.concat([Buffer.of(0x41), u16(number)]),
  call: (number: number, count: number): Tokens => Buffer.concat([Buffer.of(0x42, count), u16(number)]),
}

/** Numbers of functions; commands with their flag. */
export const functionNumbers = {
  exec: 110,
  char: 111,
  call: 150,
  register: 149,
  halt: 54,
  mid: 31,
  formula: 0x8060,
}

export interface CellToWrite {
  readonly row: number
  readonly column: number
  readonly tokens?: Tokens
  readonly text?: string
  readonly number?: number
  /** From the shared strings. */
  readonly shared?: number
}

export interface SheetToWrite {
  readonly name: string
  readonly cells: readonly CellToWrite[]
  readonly isMacro?: boolean
  readonly hidden?: 0 | 1 | 2
}

export interface WorkbookToWrite {
  readonly sheets: readonly SheetToWrite[]
  /** Defined names: a built-in one by its number. */
  readonly names?: readonly { readonly name: string | number; readonly tokens: Tokens }[]
  readonly strings?: readonly string[]
  /** Bytes of the shared strings in one record before the next begins. */
  readonly stringRecordBytes?: number
  readonly dde?: { readonly program: string; readonly topic: string; readonly item: string }
}

const bof = (kind: number): Buffer => biffRecord(0x0809, u16(0x0600, kind, 0x0dbb, 0x07cc), Buffer.alloc(8))
const eof = biffRecord(0x000a)

export function workbookStream(workbook: WorkbookToWrite): Buffer {
  const sheets = workbook.sheets.map(sheetStream)
  let at = globals(
    workbook,
    workbook.sheets.map(() => 0),
  ).length
  const places = sheets.map((bytes) => {
    at += bytes.length
    return at - bytes.length
  })
  return Buffer.concat([globals(workbook, places), ...sheets])
}

function globals(workbook: WorkbookToWrite, places: readonly number[]): Buffer {
  const bound = workbook.sheets.map(({ name, isMacro, hidden }, index) => {
    const place = Buffer.alloc(4)
    place.writeUInt32LE(places[index] ?? 0)
    const state = Buffer.of(hidden ?? 0, isMacro === true ? 1 : 0, name.length)
    return biffRecord(0x0085, place, state, characters(name))
  })
  const names = (workbook.names ?? []).map(({ name, tokens }) => {
    const text = typeof name === 'number' ? String.fromCharCode(name) : name
    const head = Buffer.concat([
      u16(typeof name === 'number' ? 0x20 : 0),
      Buffer.of(0, text.length),
      u16(tokens.length),
    ])
    return biffRecord(0x0018, head, Buffer.alloc(8), characters(text), tokens)
  })
  return Buffer.concat([
    bof(0x0005),
    biffRecord(0x0042, u16(1200)),
    ...bound,
    biffRecord(0x01ae, u16(workbook.sheets.length, 0x0401)),
    biffRecord(
      0x0017,
      u16(workbook.sheets.length, ...workbook.sheets.flatMap((_, index) => [0, index, index])),
    ),
    ...(workbook.dde === undefined ? [] : ddeRecords(workbook.dde)),
    ...names,
    ...sharedStrings(workbook),
    eof,
  ])
}

function ddeRecords({ program, topic, item }: NonNullable<WorkbookToWrite['dde']>): Buffer[] {
  const path = `${program}\u0003${topic}`
  return [
    biffRecord(0x01ae, u16(0, path.length), characters(path)),
    biffRecord(0x0023, u16(0x0002, 0, 0), Buffer.of(item.length), characters(item)),
  ]
}

function sharedStrings({ strings = [], stringRecordBytes = 8000 }: WorkbookToWrite): Buffer[] {
  if (strings.length === 0) return []
  const count = Buffer.alloc(8)
  count.writeUInt32LE(strings.length, 0)
  count.writeUInt32LE(strings.length, 4)
  const records: Buffer[] = []
  let part: Buffer[] = [count]
  let left = stringRecordBytes
  const close = (): void => {
    records.push(biffRecord(records.length === 0 ? 0x00fc : 0x003c, ...part))
    part = []
    left = stringRecordBytes
  }
  for (const text of strings) {
    if (left < 5) close()
    part.push(u16(text.length), Buffer.of(0))
    left -= 3
    for (let at = 0; at < text.length;) {
      if (left < 2) {
        close()
        // The flags stand again where a string goes on.
        part.push(Buffer.of(0))
        left--
      }
      const piece = text.slice(at, at + left)
      part.push(Buffer.from(piece, 'latin1'))
      left -= piece.length
      at += piece.length
    }
  }
  close()
  return records
}

function sheetStream({ cells, isMacro }: SheetToWrite): Buffer {
  return Buffer.concat([bof(isMacro === true ? 0x0040 : 0x0010), ...cells.map(cellRecord), eof])
}

function cellRecord({ row, column, tokens, text, number, shared }: CellToWrite): Buffer {
  const place = u16(row - 1, column - 1, 0)
  if (tokens !== undefined) return biffRecord(0x0006, place, Buffer.alloc(14), u16(tokens.length), tokens)
  if (text !== undefined) return biffRecord(0x0204, place, u16(text.length), characters(text))
  const value = Buffer.alloc(shared === undefined ? 8 : 4)
  if (shared !== undefined) value.writeUInt32LE(shared)
  else value.writeDoubleLE(number ?? 0)
  return biffRecord(shared === undefined ? 0x0203 : 0x00fd, place, value)
}
