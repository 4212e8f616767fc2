// Which files haechi pe looks at: those that were named, and in folders whatever begins as a program does.

import { closeSync, type Dirent, openSync, readdirSync, readSync, statSync } from 'node:fs'
import { join } from 'node:path'

import { messageOf } from '../../base/app-error.ts'

const maxDepth = 128

export interface Found {
  readonly path: string
  /** Named on the command line: then it has to be a program. */
  readonly isNamed: boolean
  /** Undefined: it can be looked at. */
  readonly fault?: string
}

/** Symbolic links are not followed below a folder. */
export function* programFiles(operands: readonly string[]): Generator<Found> {
  for (const path of operands) {
    let isFolder: boolean
    try {
      isFolder = statSync(path).isDirectory()
    } catch (thrown) {
      yield { path, isNamed: true, fault: messageOf(thrown) }
      continue
    }
    if (isFolder) yield* below(path, 0)
    else yield { path, isNamed: true }
  }
}

function* below(folder: string, depth: number): Generator<Found> {
  let entries: Dirent[]
  try {
    entries = readdirSync(folder, { withFileTypes: true }).toSorted((a, b) => (a.name < b.name ? -1 : 1))
  } catch (thrown) {
    yield { path: folder, isNamed: false, fault: messageOf(thrown) }
    return
  }
  for (const entry of entries) {
    const path = join(folder, entry.name)
    if (entry.isDirectory() && depth < maxDepth) yield* below(path, depth + 1)
    else if (entry.isFile()) {
      const isProgram = beginsAsProgram(path)
      if (isProgram === true) yield { path, isNamed: false }
      else if (isProgram !== false) yield { path, isNamed: false, fault: isProgram }
    }
  }
}

/** Or why that cannot be said. */
function beginsAsProgram(path: string): boolean | string {
  const head = Buffer.alloc(2)
  try {
    const fd = openSync(path, 'r')
    try {
      return readSync(fd, head, 0, 2, 0) === 2 && head.toString('latin1') === 'MZ'
    } finally {
      closeSync(fd)
    }
  } catch (thrown) {
    return messageOf(thrown)
  }
}
