// What the command line names: single artefacts by their content, collected packages, or disks and folders.

import { statSync } from 'node:fs'

import { kindOfFile, type LiveData } from '../../analysis/index.ts'
import { AppError, messageOf } from '../../base/app-error.ts'
import { isPackageStart, openPackage, readIdentities } from '../../collect/package/index.ts'
import type { Notes } from '../../evidence/note.ts'
import { openTrees } from '../../evidence/open-trees.ts'
import { openFileSource } from '../../evidence/source.ts'
import type { EvidenceTree } from '../../evidence/tree.ts'

const headBytes = 64

export type Nature = 'artefact' | 'package' | 'disk'

/** Throws AppError when it is not there. */
export function natureOf(path: string): Nature {
  try {
    if (!statSync(path).isFile()) return 'disk'
  } catch (thrown) {
    throw new AppError('not-found', `${path} cannot be read: ${messageOf(thrown)}`, { cause: thrown })
  }
  using source = openFileSource(path)
  if (isPackageStart(source.read(0, headBytes))) return 'package'
  return kindOfFile(source) === undefined ? 'disk' : 'artefact'
}

export interface Medium extends Disposable {
  readonly path: string
  readonly trees: readonly EvidenceTree[]
  readonly notes: Notes
  /** Of a package. */
  readonly live?: LiveData
}

/** To be closed. Throws AppError for what holds no files. */
export async function mediaOf(
  paths: readonly string[],
  { identity, temporary }: { readonly identity: string | undefined; readonly temporary: string },
): Promise<Medium[]> {
  const media: Medium[] = []
  try {
    const identities = identity === undefined ? [] : readIdentities(identity)
    for (const path of paths) {
      media.push(
        natureOf(path) === 'package'
          ? packageAt(await openPackage(path, { identities, temporary }))
          : diskAt(path),
      )
    }
    if (media.some(({ trees, live }) => trees.length > 0 || live !== undefined)) return media
    const [why] = media.flatMap(({ notes }) => notes.kept)
    throw new AppError('unsupported', `in ${paths.join(', ')} there is no file system that is known here`, {
      hint: why?.text ?? '',
    })
  } catch (thrown) {
    for (const medium of media) medium[Symbol.dispose]()
    throw thrown
  }
}

function packageAt(opened: Awaited<ReturnType<typeof openPackage>>): Medium {
  const { path, trees, notes } = opened
  return { path, trees, notes, live: opened, [Symbol.dispose]: () => opened[Symbol.dispose]() }
}

function diskAt(path: string): Medium {
  const opened = openTrees(path)
  return { path, trees: opened.trees, notes: opened.notes, [Symbol.dispose]: () => opened[Symbol.dispose]() }
}
