// Batch files as cmd.exe reads them: carets out, variables put in, whole or in pieces (`%name:~3,1%`, `%name:a=b%`).

import type { Budget } from '../../../limits.ts'
import type { Folded } from '../fold/folder.ts'

const maxMade = 512 * 1024
const maxValue = 64 * 1024
const maxLines = 50_000
const passes = 3
const setting = /^[@\s(]*set\s+(?!\/[ap])"?([^=\s"&|<>]{1,200})=([^\n]*)$/i
const variable =
  /([%!])([^%!:\s=]{1,200})(?::~(-?\d{1,6})(?:,(-?\d{1,6}))?|:([^%!=\n]{1,100})=([^%!\n]{0,100}))?\1/g
/** What the name of the system's folder and the like are made of: letters are cut from it. */
const environment: readonly (readonly [string, string])[] = [
  ['comspec', 'C:\\Windows\\system32\\cmd.exe'],
  ['programfiles', 'C:\\Program Files'],
  ['commonprogramfiles', 'C:\\Program Files\\Common Files'],
  ['public', 'C:\\Users\\Public'],
  ['allusersprofile', 'C:\\ProgramData'],
  ['pathext', '.COM;.EXE;.BAT;.CMD;.VBS;.VBE;.JS;.JSE;.WSF;.WSH;.MSC'],
  ['systemroot', 'C:\\Windows'],
  ['windir', 'C:\\Windows'],
  ['os', 'Windows_NT'],
]

export function foldBatch(text: string, budget: Budget): Folded {
  const variables = new Map<string, string>(environment)
  const views: string[] = []
  let made = 0
  let steps = 0
  const joined = text.replaceAll(/\^\r?\n/g, '')
  for (const [index, line] of joined.split('\n', maxLines).entries()) {
    if (index % 256 === 0) budget.checkTime()
    if (made > maxMade) break
    const { plain, pieces } = expanded(line.replace(/\r$/, ''), variables)
    steps += pieces
    made += plain.length
    views.push(plain)
    for (const command of plain.split('&')) set(command, variables)
  }
  return { view: views.join('\n'), layers: [], steps }
}

function set(command: string, variables: Map<string, string>): void {
  const [, name = '', value = ''] = setting.exec(command) ?? []
  if (name === '') return
  variables.set(name.toLowerCase(), value.replace(/"\s*$/, '').slice(0, maxValue))
}

interface Expanded {
  plain: string
  pieces: number
}

function expanded(line: string, variables: ReadonlyMap<string, string>): Expanded {
  const made: Expanded = { plain: line, pieces: 0 }
  for (let pass = 0; pass < passes && /[%!]/.test(made.plain); pass++) {
    const before = made.plain
    made.plain = before.replaceAll(variable, (all: string, ...groups: (string | undefined)[]) => {
      const value = made.pieces * 16 > maxMade ? undefined : valueOf(groups, variables)
      if (value === undefined) return all
      made.pieces++
      return value
    })
    if (made.plain === before || made.plain.length > maxValue) break
  }
  const bare = made.plain.replaceAll(/\^(?=[^\s])/g, '')
  // Carets in front of letters mean nothing; those in front of signs are needed.
  const carets = (made.plain.match(/\^[a-z0-9]/gi) ?? []).length
  return {
    plain: bare.replaceAll(/(?<=[a-z])""(?=[a-z])/gi, ''),
    pieces: made.pieces + (carets > 3 ? carets : 0),
  }
}

/** Groups: the mark, the name, from and count of a piece, what is put in the place of what. */
function valueOf(
  [, name = '', from, count, what, by]: readonly (string | undefined)[],
  variables: ReadonlyMap<string, string>,
): string | undefined {
  const value = variables.get(name.toLowerCase())
  if (value === undefined) return undefined
  if (from !== undefined) return cut(value, Number(from), count)
  if (what !== undefined) return value.split(what).join(by ?? '')
  return environment.some(([known]) => known === name.toLowerCase()) ? undefined : value
}

function cut(value: string, from: number, count: string | undefined): string {
  const rest = value.slice(from)
  if (count === undefined) return rest
  const length = Number(count)
  return length < 0 ? rest.slice(0, length) : rest.slice(0, length)
}
