// Scripts below a document root, looked up for what a log says was asked for: read without following links out of the root, judged by the
// engine's own detectors, each once.

import { closeSync, constants, fstatSync, openSync, realpathSync } from 'node:fs'
import { join, sep } from 'node:path'

import { AppError, messageOf } from '../../base/app-error.ts'
import { type Instance, load } from '../../engine/index.ts'
import type { Verdict } from '../../model/index.ts'
import type { FileAt, HostFile } from '../../rules/weblog/index.ts'

/** Paths whose files are remembered; an attacker can ask for as many as he likes. */
const maxPaths = 4096
const maxBytes = 16 * 1024 * 1024

/** The first root that has the file counts. Throws AppError `not-found` for a root that is not there. */
export function hostFiles(roots: readonly string[]): FileAt {
  const real = roots.map((root) => realRoot(root))
  const instance = load().instance()
  const known = new Map<string, HostFile | undefined>()
  return (path) => {
    if (known.has(path)) return known.get(path)
    const file = firstOf(real, path, instance)
    if (known.size < maxPaths) known.set(path, file)
    return file
  }
}

function realRoot(root: string): string {
  try {
    return realpathSync(root)
  } catch (thrown) {
    throw new AppError('not-found', `the document root cannot be read: ${messageOf(thrown)}`, {
      cause: thrown,
    })
  }
}

function firstOf(roots: readonly string[], path: string, instance: Instance): HostFile | undefined {
  for (const root of roots) {
    const file = fileIn(root, path, instance)
    if (file !== undefined) return file
  }
  return undefined
}

function fileIn(root: string, path: string, instance: Instance): HostFile | undefined {
  let fd: number
  let real: string
  try {
    real = realpathSync(join(root, path))
    if (!real.startsWith(root.endsWith(sep) ? root : root + sep)) return undefined
    fd = openSync(real, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW | constants.O_NOCTTY)
  } catch {
    // Not there, or not for us: what the log says stands alone.
    return undefined
  }
  try {
    const { size, ctimeMs, mtimeMs } = fstatSync(fd)
    if (!fstatSync(fd).isFile()) return undefined
    const malice = size > maxBytes ? '' : maliceOf(instance.scan(fd, { name: real }))
    return { path: real, malice, changedMs: Math.max(ctimeMs, mtimeMs) }
  } finally {
    closeSync(fd)
  }
}

/** Names and, of a heuristic, its first reasons. */
function maliceOf({ detections }: Verdict): string {
  const [first] = detections
  if (first === undefined) return ''
  return [first.name, ...(first.heuristic?.reasons ?? [])].slice(0, 3).join('; ').slice(0, 300)
}
