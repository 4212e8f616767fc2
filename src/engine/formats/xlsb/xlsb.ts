// Sheets of binary OOXML workbooks: those that hold Excel 4.0 macros, as text. A sheet does not say of itself that it is
// a macro sheet; the functions that it calls do.

import type { Budget } from '../../limits.ts'
import {
  type FormulaContext,
  isBinarySheet,
  linesOf,
  placeOf,
  readBinarySheet,
  storedValues,
} from '../../parsers/biff/index.ts'
import { type ByteSource, bytesSource } from '../../source/byte-source.ts'
import type { Format } from '../format.ts'

/** Functions that only macro sheets have. */
const macroFunctions = new Set(
  `EXEC CALL REGISTER REGISTER.ID HALT RETURN GOTO RUN FORMULA FORMULA.FILL FORMULA.ARRAY SET.VALUE SET.NAME FOPEN FWRITE
  FWRITELN INITIATE EXECUTE FILE.DELETE ON.TIME ALERT EVALUATE WHILE NEXT GET.WORKSPACE GET.CELL ARGUMENT RESULT`.split(
    /\s+/,
  ),
)

export const xlsb: Format = {
  id: 'xlsb',
  kind: 'archive',

  matches: ({ head }) => isBinarySheet(head),

  *members({ source }, { budget }) {
    const text = macroLines(source, budget)
    if (text === '') return
    const bytes = Buffer.from(text)
    budget.charge(bytes.length)
    yield { name: 'XLM.txt', source: bytesSource(bytes), language: 'xlm' }
  },
}

function macroLines(source: ByteSource, budget: Budget): string {
  const cells = readBinarySheet(source, budget)
  const values = storedValues(cells)
  const context: FormulaContext = {
    biff: 12,
    cell: (row, column, outerSheet) =>
      outerSheet === undefined ? values.get(placeOf(row, column)) : undefined,
    sheetName: (number) => `SHEET.${number}`,
    definedName: (number) => `NAME.${number}`,
  }
  const { lines, calls } = linesOf(cells, context, values, budget)
  return [...calls].some((name) => macroFunctions.has(name)) ? lines.join('\n') : ''
}
