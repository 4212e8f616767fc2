// Globs to the files that are there, folder by folder, so that no tree is walked.

import { join } from 'node:path'

import { compileGlobs } from '../../base/glob.ts'
import { lookAt, namesIn } from './log-file.ts'

const maxFound = 2000
const magic = /[*?[{\\]/

/** Absolute glob (bytes in a latin1 string) below `root`; the paths it gives begin with the root. */
export function expandGlob(root: string, glob: string): string[] {
  let found = [root === '' ? '/' : root]
  for (const part of glob.split('/')) {
    if (part === '') continue
    found = magic.test(part)
      ? found.flatMap((folder) => matching(folder, part))
      : found.map((at) => join(at, part))
    if (found.length > maxFound) found.length = maxFound
  }
  return found.filter((path) => lookAt(path) !== undefined)
}

function matching(folder: string, part: string): string[] {
  const names = compileGlobs([part])
  return namesIn(folder)
    .filter((name) => names.matches(name))
    .map((name) => join(folder, name))
}

/** The folder up to the first wildcard: what must be watched so that a new match is seen. */
export function folderOfGlob(root: string, glob: string): string {
  const parts = glob.split('/')
  const first = parts.findIndex((part) => magic.test(part))
  return `${root}${parts.slice(0, first < 0 ? -1 : first).join('/')}`
}
