// Whom haechi pe believes: roots, lists and catalogs by option, and what stands where none is given.

import { readFileSync } from 'node:fs'

import { AppError, messageOf } from '../../base/app-error.ts'
import { parseTime } from '../../base/parse-time.ts'
import {
  addCatalogs,
  addRoots,
  AuthenticodeVerifier,
  CatalogIndex,
  readCertificates,
  readRevocationLists,
  RootStore,
} from '../../evidence/authenticode/index.ts'
import type { Terminal } from '../render/terminal.ts'
import type { PeOptionValues } from './options.ts'
import { believedRoots } from './roots.ts'

/** Throws AppError where something that was named cannot be used. */
export function openVerifier(
  options: PeOptionValues,
  terminal: Terminal,
  nowMs: number,
): AuthenticodeVerifier {
  const roots = options['only-given-roots'] === true ? new RootStore() : believedRoots()
  for (const path of options.roots ?? []) {
    if (addRoots(roots, path) === 0)
      terminal.err(`haechi: ${terminal.safe(path)}: no certificates that were not believed already`)
  }
  const catalogs = catalogsOf(options, terminal)
  return new AuthenticodeVerifier({
    roots,
    intermediates: (options.certificates ?? []).flatMap(readCertificates),
    revocationLists: (options.crl ?? []).flatMap(readRevocationLists),
    distrusted: options.distrusted === undefined ? new Set() : readThumbprints(options.distrusted),
    ...(catalogs === undefined ? {} : { catalogs }),
    atMs: timeOf(options.at, nowMs),
  })
}

function catalogsOf({ catalog }: PeOptionValues, terminal: Terminal): CatalogIndex | undefined {
  if (catalog === undefined) return undefined
  const index = new CatalogIndex()
  for (const path of catalog) {
    for (const failed of addCatalogs(index, path)) {
      terminal.err(`haechi: ${terminal.safe(failed)}: no catalog that can be read`)
    }
  }
  return index
}

function timeOf(text: string | undefined, nowMs: number): number {
  if (text === undefined) return nowMs
  const microseconds = parseTime(text, nowMs)
  if (microseconds === undefined) throw new AppError('usage', `--at is a time, not ${text}`)
  return microseconds / 1000
}

function readThumbprints(path: string): Set<string> {
  try {
    const words = readFileSync(path, 'utf8').split('\n')
    return new Set(
      words
        .map((line) => line.replace(/#.*/, '').replace(/[\s:]/g, '').toLowerCase())
        .filter((word) => word !== ''),
    )
  } catch (thrown) {
    throw new AppError('not-found', `${path} cannot be read: ${messageOf(thrown)}`, { cause: thrown })
  }
}
