// The folder of the user's own set, locked for a change.

import { mkdirSync } from 'node:fs'

import { AppError, messageOf } from '../../base/app-error.ts'
import { Lock } from '../../updates/state/lock.ts'

/** To be released. Throws AppError `permission`. */
export function lockFolder(folder: string): Lock {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o755 })
    return new Lock(folder)
  } catch (thrown) {
    throw thrown instanceof AppError ? thrown : refused(folder, thrown)
  }
}

/** A file of the set could not be written. */
export function refused(path: string, thrown: unknown): AppError {
  return new AppError('permission', `cannot write ${path}: ${messageOf(thrown)}`, {
    hint: 'run as root, or set [engine] local to a folder of yours',
    cause: thrown,
  })
}
