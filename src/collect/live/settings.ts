// The tree of /proc/sys, from procfs as we mount it: nothing that is mounted into it (binfmt_misc by systemd's automount, which would
// have to be waited for) is touched.

import { readdirSync } from 'node:fs'

import { ownProc } from './own-proc.ts'
import { notePart, type Part, rowsPart } from './parts.ts'
import { readText } from './proc-files.ts'

const maxSettings = 50_000
const maxValueBytes = 8192
const maxDepth = 12
const rowsInOneGo = 1024

export function* settings(): Generator<Part, void> {
  const own = ownProc()
  // In /proc as others have mounted it, these folders may be waited for.
  const left = own.refused === '' ? '' : 'fs/binfmt_misc'
  let rows: object[] = []
  let count = 0
  for (const name of namesBelow(`${own.path}/sys`, '', 0)) {
    if (left !== '' && name.startsWith(left)) continue
    const value = readText(`${own.path}/sys/${name}`, maxValueBytes)
    rows.push({ name: settingName(name), value: value ?? null })
    count++
    if (count >= maxSettings) {
      yield notePart(`more than ${maxSettings} settings: the rest is left out`)
      break
    }
    if (rows.length < rowsInOneGo) continue
    yield rowsPart('settings', rows)
    rows = []
  }
  yield rowsPart('settings', rows)
}

function* namesBelow(root: string, folder: string, depth: number): Generator<string> {
  if (depth > maxDepth) return
  let entries
  try {
    entries = readdirSync(`${root}/${folder}`, { withFileTypes: true })
  } catch {
    return
  }
  for (const entry of entries) {
    const name = folder === '' ? entry.name : `${folder}/${entry.name}`
    if (entry.isDirectory()) yield* namesBelow(root, name, depth + 1)
    else if (entry.isFile()) yield name
  }
}

/** As sysctl(8) writes it: parts joined by points, points inside of a part as `/`. */
function settingName(path: string): string {
  return path
    .split('/')
    .map((part) => part.replaceAll('.', '/'))
    .join('.')
}
