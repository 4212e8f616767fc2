// A macro sheet of a workbook as text: what it is, what starts it, then its cells.

import type { Budget } from '../../limits.ts'
import {
  type Cell,
  type Constant,
  decodeFormula,
  type FormulaContext,
  linesOf,
  placeOf,
  readSheetCells,
  type Sheet,
  storedValues,
  type Values,
  type Workbook,
} from '../../parsers/biff/index.ts'
import type { ByteSource } from '../../source/byte-source.ts'

const states = ['', ', hidden', ', very hidden'] as const

export function macroText(source: ByteSource, workbook: Workbook, sheet: Sheet, budget: Budget): string {
  return new MacroSheet(source, workbook, budget).text(sheet)
}

class MacroSheet {
  readonly #source: ByteSource
  readonly #workbook: Workbook
  readonly #budget: Budget
  /** Known values by sheet, then by place. */
  readonly #values = new Map<Sheet, Values>()

  constructor(source: ByteSource, workbook: Workbook, budget: Budget) {
    this.#source = source
    this.#workbook = workbook
    this.#budget = budget
  }

  text(sheet: Sheet): string {
    const cells = this.#cellsOf(sheet)
    const context = this.#contextOf(sheet)
    const values = this.#values.get(sheet) ?? storedValues(cells)
    const { lines } = linesOf(cells, context, values, this.#budget)
    const title = `' macro sheet ${sheet.name}${states[sheet.hidden]}`
    return [title, ...this.#names(context), ...lines].join('\n')
  }

  #cellsOf(sheet: Sheet): Cell[] {
    const cells = readSheetCells(this.#source, sheet, this.#workbook, this.#budget)
    this.#values.set(sheet, storedValues(cells))
    return cells
  }

  #contextOf(sheet: Sheet): FormulaContext {
    const { biff, sheets, outerSheets, names } = this.#workbook
    const outer = (number: number): Sheet | undefined => sheets[outerSheets[number] ?? -1]
    return {
      biff,
      cell: (row, column, outerSheet) => {
        const place = outerSheet === undefined ? sheet : outer(outerSheet)
        return place === undefined ? undefined : this.#value(place, placeOf(row, column))
      },
      sheetName: (number) => outer(number)?.name ?? `SHEET.${number}`,
      definedName: (number) => names[number - 1]?.name ?? `NAME.${number}`,
    }
  }

  #value(sheet: Sheet, place: number): Constant {
    if (!this.#values.has(sheet)) this.#cellsOf(sheet)
    return this.#values.get(sheet)?.get(place)
  }

  /** Names that start a macro, and all that stand for something. */
  #names(context: FormulaContext): string[] {
    return this.#workbook.names.map(({ name, isHidden, tokens }) => {
      const formula = decodeFormula(tokens, context)
      return `${name}${isHidden ? ' (hidden)' : ''}: =${formula.text}`
    })
  }
}
