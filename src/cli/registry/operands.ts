// What the commands about hives are given: hives and folders of them, or whole disks: mounted, as a raw image, in a package.

import { readdirSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { AppError } from '../../base/app-error.ts'
import { isPrimaryHead } from '../../evidence/registry/index.ts'
import { openFileSource } from '../../evidence/source.ts'
import type { EvidenceTree } from '../../evidence/tree.ts'
import { type Medium, mediaOf, natureOf } from '../analyse/sources.ts'

/** Drives of a Windows that were collected into a folder: `C`, and with its colon as some write it. */
const driveFolder = /^[A-Za-z](?:%3A|_)?$/

export interface Operands extends Disposable {
  readonly hivePaths: readonly string[]
  readonly disks: readonly Medium[]
}

/** To be closed. Throws AppError where a package cannot be opened. */
export async function operandsOf(paths: readonly string[], identity: string | undefined): Promise<Operands> {
  const hivePaths: string[] = []
  const disks: Medium[] = []
  const close = (): void => {
    for (const disk of disks) disk[Symbol.dispose]()
  }
  try {
    for (const path of paths) {
      const media = await disksAt(path, identity)
      if (media === undefined) hivePaths.push(path)
      else disks.push(...media)
    }
  } catch (thrown) {
    close()
    throw thrown
  }
  return { hivePaths, disks, [Symbol.dispose]: close }
}

async function disksAt(path: string, identity: string | undefined): Promise<Medium[] | undefined> {
  const stat = statSync(path, { throwIfNoEntry: false })
  if (stat === undefined) return undefined
  if (stat.isDirectory()) return foldersAt(path)
  if (stat.isFile()) {
    using source = openFileSource(path)
    if (isPrimaryHead(source.read(0, 512))) return undefined
    if (natureOf(path) === 'artefact') return undefined
  }
  try {
    return await mediaOf([path], { identity, temporary: tmpdir() })
  } catch (thrown) {
    // Neither a hive nor a disk: that it is no hive is what is told.
    if (thrown instanceof AppError && stat.isFile() && natureOf(path) === 'disk') return undefined
    throw thrown
  }
}

/** A folder without a system is one of hives, unless drives lie in it. */
async function foldersAt(path: string): Promise<Medium[] | undefined> {
  const options = { identity: undefined, temporary: tmpdir() }
  const whole = await mediaOf([path], options)
  if (whole.some(({ trees }) => trees.some(hasSystem))) return whole
  for (const medium of whole) medium[Symbol.dispose]()
  const drives: Medium[] = []
  for (const name of readdirSync(path).filter((one) => driveFolder.test(one))) {
    const folder = join(path, name)
    if (!statSync(folder).isDirectory()) continue
    for (const medium of await mediaOf([folder], options)) {
      if (medium.trees.some(hasSystem)) drives.push(medium)
      else medium[Symbol.dispose]()
    }
  }
  return drives.length === 0 ? undefined : drives
}

function hasSystem({ system }: EvidenceTree): boolean {
  return system !== 'unknown'
}
