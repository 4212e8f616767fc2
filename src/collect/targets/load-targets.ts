// The lists of the product, and those that a user gives: a YAML list, a .tkape file, or a folder of either.

import { readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { AppError, messageOf } from '../../base/app-error.ts'
import { readTargets } from './read-targets.ts'
import { readTkape, type TkapeFile } from './read-tkape.ts'
import type { TargetList, TargetSystem } from './target.ts'

const contentFolder = fileURLToPath(new URL('../../../content/collect', import.meta.url))
const maxFiles = 10_000

/** In the order in which they are taken. Throws AppError for a damaged installation. */
export function ownTargets(system: TargetSystem): TargetList[] {
  const folder = join(contentFolder, system)
  return yamlFiles(folder)
    .map((file) => readTargets(readText(file), file))
    .toSorted((a, b) => a.order - b.order || (a.id < b.id ? -1 : 1))
}

/** Throws AppError: a file that is missing or wrong, with place and reason. */
export function givenTargets(paths: readonly string[]): TargetList[] {
  return paths.flatMap((path) => {
    const entry = statSync(path, { throwIfNoEntry: false })
    if (entry === undefined) throw new AppError('not-found', `${path} is not there`)
    if (!entry.isDirectory()) return [readOne(path)]
    const files = readFolder(path, /\.(?:ya?ml|tkape)$/i)
    if (files.length === 0) throw new AppError('list-invalid', `${path} holds no .yaml, .yml or .tkape file`)
    return files.map((file) => readOne(file))
  })
}

function readOne(path: string): TargetList {
  if (!/\.tkape$/i.test(path)) return readTargets(readText(path), path)
  const neighbours = neighboursOf(path)
  return readTkape({ path, text: readText(path) }, (name) => findTkape(name, neighbours))
}

/** Targets lie in folders below one that is called Targets; without such a folder those beside the file are known. */
function neighboursOf(path: string): readonly string[] {
  let folder = dirname(path)
  for (let up = folder; up !== dirname(up); up = dirname(up)) {
    if (basename(up).toLowerCase() === 'targets') {
      folder = up
      break
    }
  }
  return readFolder(folder, /\.tkape$/i)
}

function findTkape(name: string, files: readonly string[]): readonly TkapeFile[] | undefined {
  const wanted = name
    .replaceAll('\\', '/')
    .replace(/^.*?targets\//i, '')
    .toLowerCase()
  const found = wanted.endsWith('*')
    ? files.filter((file) => `${dirname(file).toLowerCase()}/`.endsWith(`/${wanted.slice(0, -1)}`))
    : files.filter((file) => file.toLowerCase().endsWith(`/${wanted}`))
  if (found.length === 0) return undefined
  return found.map((path) => ({ path, text: readText(path) }))
}

function yamlFiles(folder: string): string[] {
  return readFolder(folder, /\.ya?ml$/i)
}

function readFolder(folder: string, pattern: RegExp): string[] {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && pattern.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name))
      .toSorted()
      .slice(0, maxFiles)
  } catch (thrown) {
    throw new AppError('not-found', `${folder} cannot be read: ${messageOf(thrown)}`, { cause: thrown })
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (thrown) {
    throw new AppError('not-found', `${path} cannot be read: ${messageOf(thrown)}`, { cause: thrown })
  }
}
