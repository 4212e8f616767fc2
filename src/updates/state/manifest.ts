// state.json: everything the service has written, so that it removes nothing else. It is replaced as a whole, and what
// it says is checked when it is read: names in it lead to deletions.

import { readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'

import * as z from 'zod/mini'

import { AppError, messageOf } from '../../base/app-error.ts'
import { isSafePath } from '../files/names.ts'
import { syncFolder, writeSynced } from './sync.ts'

const segment = z.string().check(z.refine((name) => isSafePath(name) && !name.includes('/')))
const validators = { etag: z.optional(z.string()), lastModified: z.optional(z.string()) }

const database = z.strictObject({
  version: z.int().check(z.minimum(0)),
  /** Its container in the folder: `daily.cvd`, or `daily.cld` when it was changed by diffs. */
  file: segment,
  ...validators,
})

const installed = z.strictObject({
  /** In the source's folder. */
  folder: segment,
  /** For people. */
  version: z.string(),
  at: z.iso.datetime(),
  files: z.array(z.string().check(z.refine(isSafePath))),
  databases: z.record(segment, database),
  /** Of the archive that it was made from. */
  sha256: z.optional(z.string()),
  ...validators,
})

const manifest = z.strictObject({
  format: z.literal(1),
  /** Folders of unfinished work in the state directory. */
  work: z.array(segment),
  sources: z.record(
    segment,
    z.strictObject({ checkedAt: z.optional(z.iso.datetime()), versions: z.array(installed) }),
  ),
})

/** The containers of a version, by the names of the databases. */
export type Databases = Readonly<Record<string, z.infer<typeof database>>>
export type Installed = Readonly<Omit<z.infer<typeof installed>, 'files'>> & {
  readonly files: readonly string[]
}

export interface Manifest {
  readonly format: 1
  readonly work: readonly string[]
  readonly sources: Readonly<
    Record<string, { readonly checkedAt?: string | undefined; readonly versions: readonly Installed[] }>
  >
}

const fileName = 'state.json'
const newName = '.state.json.new'

/** Throws AppError `config-invalid` when it is damaged. */
export function readManifest(directory: string): Manifest {
  const path = join(directory, fileName)
  try {
    return manifest.parse(JSON.parse(readFileSync(path, 'utf8')))
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return { format: 1, work: [], sources: {} }
    throw new AppError('config-invalid', `${path} cannot be used: ${reasonOf(thrown)}`, {
      hint: 'move it away to begin anew; the folders it describes then belong to you',
      cause: thrown,
    })
  }
}

export function writeManifest(directory: string, content: Manifest): void {
  const path = join(directory, newName)
  rmSync(path, { force: true })
  writeSynced(path, [Buffer.from(`${JSON.stringify(content, undefined, 2)}\n`)])
  renameSync(path, join(directory, fileName))
  syncFolder(directory)
}

function reasonOf(thrown: unknown): string {
  return thrown instanceof z.core.$ZodError ? 'it is not what was written' : messageOf(thrown)
}
