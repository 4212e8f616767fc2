// Files that are not as their package brought them, or are gone: what the package manager's own verification would tell, without
// trusting its program. Programs are told of by their own rows; documents and translations are not looked at.

import { messageOf } from '../../base/app-error.ts'
import type { Host } from './host.ts'
import {
  configurationDigests,
  digestsOfPackage,
  isMerged,
  type PackagedFile,
  packagesWithDigests,
} from './dpkg-digests.ts'
import { digestsOf } from './read-source.ts'

export interface VerifiedFile {
  readonly path: string
  readonly package: string
  readonly state: 'modified' | 'missing' | 'not a file' | 'changed configuration'
  readonly expected: string
  readonly found: string | null
}

const documents = /^\/usr\/(?:share\/(?:doc|man|locale|icons|help|info|lintian|bug|fonts)|include|src)\//
const maxRows = 50_000

/** What is as it was is not told. The time of the step ends it, with a note. */
export function* verifyPackages(host: Host): Generator<VerifiedFile> {
  const { context } = host
  const merges = isMerged(host)
  let told = 0
  for (const file of packagedFiles(host, merges)) {
    if (context.leftMs() <= 0 || told >= maxRows) {
      context.note(
        `not all packages were verified: ${told >= maxRows ? 'too many differences' : 'the time was over'}`,
      )
      return
    }
    if (documents.test(file.path)) continue
    const difference = differenceOf(host, file)
    if (difference === undefined) continue
    told++
    yield difference
  }
}

type OwnedFile = PackagedFile & { readonly package: string }

function* packagedFiles(host: Host, merges: boolean): Generator<OwnedFile> {
  for (const name of packagesWithDigests(host))
    for (const file of digestsOfPackage(host, name, merges)) yield { ...file, package: name }
  yield* configurationDigests(host)
}

function differenceOf(host: Host, file: OwnedFile): VerifiedFile | undefined {
  const { path, md5: expected, isConfiguration } = file
  const row = { path, package: file.package, expected, found: null }
  const there = host.tree.stat(path)
  // A missing configuration is a choice of the administrator, and a link in its place (an alternative, a diversion) too.
  if (there === undefined) return isConfiguration ? undefined : { ...row, state: 'missing' }
  if (there.kind !== 'file') return there.kind === 'link' ? undefined : { ...row, state: 'not a file' }
  if (there.size > host.context.maxFileBytes) return undefined
  try {
    using source = host.tree.openWhole(path)
    if (source === undefined) return undefined
    const [found = ''] = digestsOf(source, ['md5'])
    if (found === expected) return undefined
    return { ...row, state: isConfiguration ? 'changed configuration' : 'modified', found }
  } catch (thrown) {
    host.context.note(messageOf(thrown))
    return undefined
  }
}
