// Cells as text, a line each: formulas, and what is known of the strings that they put together from characters and
// other cells.

import type { Budget } from '../../limits.ts'
import type { Constant } from './constant.ts'
import { decodeFormula, type Formula, type FormulaContext } from './formula.ts'
import type { Cell } from './sheet.ts'

const maxTextLength = 2 * 1024 * 1024
/** Strings that depend on each other across cells are known after a few rounds. */
const rounds = 4
/** Functions whose arguments matter enough to be shown with what is known of them. */
const shown = new Set(
  `EXEC CALL REGISTER REGISTER.ID FORMULA FORMULA.FILL FORMULA.ARRAY SET.VALUE SET.NAME RUN EVALUATE FOPEN FWRITE FWRITELN
  ALERT ON.TIME INITIATE EXECUTE FILE.DELETE DEFINE.NAME`.split(/\s+/),
)
/** The argument that says which cell a function writes to; -1 for all others. */
function targetOf(name: string): number {
  if (name === 'SET.VALUE') return 0
  return name === 'FORMULA' || name === 'FORMULA.FILL' || name === 'FORMULA.ARRAY' ? 1 : -1
}

const columns = 16_384

/** Known values of a sheet by place. */
export type Values = Map<number, Constant>

export function placeOf(row: number, column: number): number {
  return row * columns + column
}

/** What is stored as a value: constants, and the text that a formula had when the file was saved. */
export function storedValues(cells: readonly Cell[]): Values {
  const values: Values = new Map()
  for (const cell of cells) {
    const value = cell.kind === 'constant' ? cell.value : cell.saved
    if (value !== undefined) values.set(placeOf(cell.row, cell.column), value)
  }
  return values
}

export interface CellLines {
  readonly lines: readonly string[]
  /** The functions that are called. */
  readonly calls: ReadonlySet<string>
}

/** `values` learns what formulas give and write. */
export function linesOf(
  cells: readonly Cell[],
  context: FormulaContext,
  values: Values,
  budget: Budget,
): CellLines {
  const formulas = decodeAll(cells, context, values, budget)
  const lines: string[] = []
  const calls = new Set<string>()
  let length = 0
  for (const [index, cell] of cells.entries()) {
    const formula = formulas[index]
    const line = formula === undefined ? constantLine(cell) : formulaLines(cell, formula)
    length += line.length
    if (length > maxTextLength) break
    lines.push(line)
    for (const { name } of formula?.calls ?? []) calls.add(name)
  }
  return { lines, calls }
}

function decodeAll(
  cells: readonly Cell[],
  context: FormulaContext,
  values: Values,
  budget: Budget,
): (Formula | undefined)[] {
  for (let round = 1; ; round++) {
    let isNew = false
    const formulas = cells.map((cell) => {
      budget.checkTime()
      if (cell.kind === 'constant') return undefined
      const formula = decodeFormula(cell.tokens, context)
      isNew = learn(values, placeOf(cell.row, cell.column), formula) || isNew
      return formula
    })
    if (!isNew || round === rounds) return formulas
  }
}

/** Keeps a formula's value and what it writes into other cells; true if something was not known before. */
function learn(values: Values, place: number, { value, calls }: Formula): boolean {
  let isNew = set(values, place, value)
  for (const { name, args, argTexts } of calls) {
    const index = targetOf(name)
    const target = /^R(\d+)C(\d+)$/.exec(argTexts[index] ?? '')
    if (target === null) continue
    const written = args[1 - index]
    isNew = set(values, placeOf(Number(target[1]) - 1, Number(target[2]) - 1), written) || isNew
  }
  return isNew
}

function set(values: Values, place: number, value: Constant): boolean {
  if (value === undefined || values.has(place)) return false
  values.set(place, value)
  return true
}

function placeName({ row, column }: Cell): string {
  return `R${row + 1}C${column + 1}`
}

function constantLine(cell: Cell): string {
  const value = cell.kind === 'constant' ? cell.value : ''
  return `${placeName(cell)}: ${typeof value === 'string' ? quoted(value) : value}`
}

function quoted(text: string): string {
  return `"${text.replaceAll('"', '""').replaceAll(/[\r\n]/g, ' ')}"`
}

function formulaLines(cell: Cell, formula: Formula): string {
  const place = placeName(cell)
  const lines = [`${place}: =${formula.text}${formula.isCut ? ' …' : ''}`]
  for (const { name, args, argTexts } of formula.calls) {
    if (!shown.has(name)) continue
    const target = targetOf(name)
    const known = args.map((arg, index) =>
      typeof arg === 'string' && index !== target ? quoted(arg) : (argTexts[index] ?? ''),
    )
    const line = `${name}(${known.join(',')})`
    if (line !== `${name}(${argTexts.join(',')})`) lines.push(`${place} → ${line}`)
  }
  const { value } = formula
  if (typeof value === 'string' && value !== '' && !formula.text.includes(quoted(value))) {
    lines.push(`${place} → ${quoted(value)}`)
  }
  return lines.join('\n')
}
