// External plugins: a folder with plugin.json and an ES module that exports a Format or a Detector.
// They run inside the process with all its rights: only folders owned by root, or by the user who runs the
// engine, and writable by nobody else are loaded.

import { readFileSync, realpathSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, sep } from 'node:path'

import { AppError, messageOf } from '../../base/app-error.ts'
import type { Detector } from '../detectors/detector.ts'
import type { Format } from '../formats/format.ts'

/** `plugin.json`. */
interface Manifest {
  readonly name: string
  readonly kind: 'format' | 'detector'
  /** Path of the ES module, relative to the folder. */
  readonly module: string
  /** Version of the interface; 1 today. */
  readonly api: number
}

export interface Plugins {
  readonly detectors: readonly Detector[]
  readonly formats: readonly Format[]
}

// `require` of an ES module is synchronous: a gate worker has loaded everything before its first question.
const requireModule = createRequire(import.meta.url)

/** Throws AppError `plugin-invalid` for the first folder that cannot be used: a guard with half its parts is none. */
export function loadPlugins(folders: readonly string[]): Plugins {
  const detectors: Detector[] = []
  const formats: Format[] = []
  for (const folder of folders) {
    const manifest = readManifest(folder)
    const plugin = loadModule(folder, manifest)
    if (manifest.kind === 'detector' && isDetector(plugin)) detectors.push(plugin)
    else if (manifest.kind === 'format' && isFormat(plugin)) formats.push(plugin)
    else {
      throw invalid(folder, `${manifest.module} has no export \`plugin\` that is a ${manifest.kind}`)
    }
  }
  return { detectors, formats }
}

function readManifest(folder: string): Manifest {
  let parsed: unknown
  try {
    const file = join(folder, 'plugin.json')
    refuseForeignWriters(folder)
    refuseForeignWriters(file)
    parsed = JSON.parse(readFileSync(file, 'utf8'))
  } catch (thrown) {
    throw invalid(folder, messageOf(thrown), thrown)
  }
  if (!isManifest(parsed)) {
    throw invalid(folder, 'plugin.json needs "name", "kind" ("format" or "detector"), "module" and "api": 1')
  }
  return parsed
}

function loadModule(folder: string, manifest: Manifest): unknown {
  try {
    const root = realpathSync(folder)
    const path = realpathSync(join(root, manifest.module))
    if (!path.startsWith(root + sep)) throw new Error('the module lies outside the plugin folder')
    // Whoever may write a folder on the way may exchange the module.
    for (let part = path; part !== root; part = dirname(part)) refuseForeignWriters(part)
    const exports: unknown = requireModule(path)
    return isRecord(exports) ? exports['plugin'] : undefined
  } catch (thrown) {
    throw invalid(folder, messageOf(thrown), thrown)
  }
}

function refuseForeignWriters(path: string): void {
  const stat = statSync(path)
  const own = process.getuid?.() ?? 0
  if (stat.uid !== 0 && stat.uid !== own) throw new Error(`${path} belongs to another user (uid ${stat.uid})`)
  if ((stat.mode & 0o022) !== 0)
    throw new Error(`${path} can be written by others (mode ${(stat.mode & 0o777).toString(8)})`)
}

function isManifest(value: unknown): value is Manifest {
  return (
    isRecord(value) &&
    typeof value['name'] === 'string' &&
    (value['kind'] === 'format' || value['kind'] === 'detector') &&
    typeof value['module'] === 'string' &&
    value['api'] === 1
  )
}

function isDetector(value: unknown): value is Detector {
  return isRecord(value) && typeof value['id'] === 'string' && typeof value['detect'] === 'function'
}

function isFormat(value: unknown): value is Format {
  return (
    isRecord(value) &&
    typeof value['id'] === 'string' &&
    (value['kind'] === 'archive' || value['kind'] === 'stream') &&
    typeof value['matches'] === 'function' &&
    typeof value['members'] === 'function'
  )
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

function invalid(folder: string, message: string, cause?: unknown): AppError {
  return new AppError('plugin-invalid', `the plugin in ${folder} cannot be loaded: ${message}`, {
    hint: 'see docs/guide/plugins.md',
    ...(cause === undefined ? {} : { cause }),
  })
}
