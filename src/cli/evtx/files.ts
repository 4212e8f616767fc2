// The logs that are named on the command line: files as they are, of folders all .evtx below.

import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

import { AppError, messageOf } from '../../base/app-error.ts'

const maxFiles = 100_000

/** By name within a folder. Throws AppError for what is not there. */
export function logFiles(operands: readonly string[], isEveryFile: boolean): string[] {
  const files = operands.flatMap((path) => (isFolder(path) ? below(path, isEveryFile) : [path]))
  return [...new Set(files)]
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory()
  } catch (thrown) {
    throw new AppError('not-found', `${path} cannot be read: ${messageOf(thrown)}`, { cause: thrown })
  }
}

function below(folder: string, isEveryFile: boolean): string[] {
  const files: string[] = []
  const open = [folder]
  for (let at = open.shift(); at !== undefined && files.length < maxFiles; at = open.shift()) {
    const folders: string[] = []
    const entries = readdirSync(at, { withFileTypes: true }).toSorted((a, b) => (a.name < b.name ? -1 : 1))
    for (const entry of entries) {
      const path = join(at, entry.name)
      // Links are not followed: they may lead in circles.
      if (entry.isDirectory()) folders.push(path)
      else if (entry.isFile() && (isEveryFile || /\.evtx$/i.test(entry.name))) files.push(path)
    }
    open.unshift(...folders)
  }
  return files
}
