// Which paths hold rules of which kind: YARA rules and hash lists for the engine, which judges files, and Sigma rules, which
// judge events. A folder may hold both.

import { statSync } from 'node:fs'
import { extname } from 'node:path'

import { readSigmaFiles, sigmaTestEnd } from '../../config/index.ts'
import { filesBelow, ruleExtensions } from '../../engine/signatures/content.ts'
import { isSigmaFile } from './options.ts'

export interface PathsByKind {
  readonly yara: readonly string[]
  readonly sigma: readonly string[]
}

/** What is not known as Sigma's is YARA's, also what does not exist. */
export function pathsByKind(paths: readonly string[]): PathsByKind {
  const sigma = paths.filter((path) => holdsSigma(path))
  return { sigma, yara: paths.filter((path) => !sigma.includes(path) || holdsYara(path)) }
}

function holdsSigma(path: string): boolean {
  if (!isFolder(path)) return isSigmaFile(path)
  // YAML that is something else is not Sigma's because of its name.
  if (readSigmaFiles([path]).files.some(({ text }) => hasSigmaShape(text))) return true
  return filesIn(path).some((file) => sigmaTestEnd.test(file))
}

function holdsYara(path: string): boolean {
  return isFolder(path) && filesIn(path).some((file) => isOfEngine(file))
}

function isOfEngine(file: string): boolean {
  return ruleExtensions.has(extname(file).toLowerCase()) || file.endsWith('.test.toml')
}

/** Has a key that every Sigma document has. */
export function hasSigmaShape(text: string): boolean {
  return /^(?:logsource|detection|correlation|filter)\s*:/m.test(text)
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
}

function filesIn(folder: string): string[] {
  try {
    return filesBelow(folder)
  } catch {
    return []
  }
}
