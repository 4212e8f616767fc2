// Every file in an autostart place of a host: the globs of the table, walked from their fixed parts. Links to folders
// are not followed: their targets are places of their own, or none.

import { readdirSync, type Stats } from 'node:fs'

import { compileGlobs } from '../../base/glob.ts'
import { type AutostartPlace, autostartPlaces } from './autostart-places.ts'
import type { Homes } from './homes.ts'
import { openBraces } from './interests.ts'
import { statOf } from './look.ts'
import type { Slices } from './slices.ts'

export interface AutostartPath {
  /** With the root before it; bytes in a latin1 string. */
  readonly path: string
  readonly stat: Stats
  readonly place: AutostartPlace
}

const maxDepth = 24
/** Of one glob: /lib/modules of a host with several kernels has 20,000. */
const maxPaths = 100_000

/** Each path once, for the first place of the table that it lies in. Throws `Stopped`. */
export async function* autostartPaths(
  root: string,
  homes: Homes,
  slices: Slices,
): AsyncGenerator<AutostartPath> {
  const seen = new Set<string>()
  const homeFolders = [
    '/root',
    ...namesIn(root + homes.folder).map((name) => `${homes.folder}/${name}`),
    ...homes.others,
  ]
  for (const place of autostartPlaces satisfies readonly AutostartPlace[]) {
    const globs = place.globs.flatMap((glob) => openBraces(glob))
    const absolute = globs.flatMap((glob) =>
      glob.startsWith('~')
        ? homeFolders.map((home) => ({ base: root + home, glob: glob.slice(1) }))
        : [{ base: root, glob }],
    )
    for (const { base, glob } of absolute) {
      let count = 0
      for (const path of expand(base, glob.slice(1).split('/'))) {
        if (slices.isDue) await slices.rest()
        if (seen.has(path) || count >= maxPaths) continue
        const stat = statOf(path)
        if (stat === undefined || stat.isDirectory()) continue
        count++
        seen.add(path)
        yield { path, stat, place }
      }
    }
  }
}

/** Paths that match the segments below a directory; directories too when they end the glob. */
function* expand(directory: string, segments: readonly string[], depth = 0): Generator<string> {
  const [segment, ...rest] = segments
  if (segment === undefined) {
    yield directory
    return
  }
  if (depth > maxDepth) return
  if (segment === '**') {
    yield* expandBelow(directory, rest, depth)
    return
  }
  const isPattern = /[*?[]/.test(segment)
  const glob = compileGlobs([segment])
  const names = isPattern ? namesIn(directory).filter((name) => glob.matches(name)) : [segment]
  for (const name of names) {
    const path = `${directory}/${name}`
    if (rest.length === 0) yield path
    else if (isFolder(path)) yield* expand(path, rest, depth + 1)
  }
}

function* expandBelow(directory: string, rest: readonly string[], depth: number): Generator<string> {
  if (!isFolder(directory)) return
  if (rest.length > 0) yield* expand(directory, rest, depth)
  for (const name of namesIn(directory)) {
    const path = `${directory}/${name}`
    if (!isFolder(path)) {
      if (rest.length === 0) yield path
    } else if (depth < maxDepth) yield* expandBelow(path, rest, depth + 1)
  }
}

function isFolder(path: string): boolean {
  return statOf(path)?.isDirectory() === true
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(Buffer.from(directory, 'latin1'), 'latin1')
  } catch {
    return []
  }
}
