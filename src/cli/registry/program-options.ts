// What the programs of an examined disk are judged by, for the commands that name them.

import type { ProgramOptions } from '../../analysis/index.ts'
import { addRoots } from '../../evidence/authenticode/index.ts'
import { loadImportTable } from '../../evidence/import-risk/index.ts'
import type { Notes } from '../../evidence/note.ts'
import { believedRoots } from '../pe/roots.ts'

/** `more`: files and folders of certificates that are believed too. Throws AppError where one cannot be read. */
export function programOptions(notes: Notes, more: readonly string[] = []): ProgramOptions {
  const roots = believedRoots()
  for (const path of more) addRoots(roots, path)
  return { roots, table: loadImportTable(), nowMs: Date.now(), notes }
}
