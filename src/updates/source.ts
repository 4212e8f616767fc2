// Where signatures come from: what the administrator wrote, checked before anything is asked or written.

import { AppError, messageOf } from '../base/app-error.ts'
import { parseUrl, shown } from './http/url.ts'

interface Remote {
  readonly name: string
  readonly url: string
  /** Allows http:// to other hosts than this one. */
  readonly insecure: boolean
}

/** A mirror of ClamAV databases: `URL/NAME.cvd` and `URL/NAME-VERSION.cdiff`. */
export interface ClamavSource extends Remote {
  readonly kind: 'clamav'
  readonly databases: readonly string[]
  /** PEM file with the RSA public key of a private mirror; without it ClamAV's keys hold. */
  readonly key?: string
}

/** A zip, tar, tar.gz or single file with rules or hash lists. */
export interface ArchiveSource extends Remote {
  readonly kind: 'archive'
  /** The only content that is accepted, 64 hexadecimal digits. */
  readonly sha256?: string
  /** URL of the detached Ed25519 signature, and the PEM file with its public key: both or none. */
  readonly signature?: string
  readonly key?: string
}

/** A folder of this host, such as an offline bundle. */
export interface FolderSource {
  readonly kind: 'folder'
  readonly name: string
  readonly path: string
  /** PEM file with the RSA public key of ClamAV databases in it; without it ClamAV's keys hold. */
  readonly key?: string
}

export type Source = ClamavSource | ArchiveSource | FolderSource

/** Throws AppError `config-invalid` for the first source that cannot be one. */
export function checkSources(sources: readonly Source[]): void {
  const names = new Set<string>()
  for (const source of sources) {
    const wrong = names.has(source.name) ? 'there are two of this name' : problemOf(source)
    if (wrong !== undefined) {
      throw new AppError('config-invalid', `source ${source.name} in [update]: ${wrong}`, {
        hint: 'see [update] in docs/reference/config.md',
      })
    }
    names.add(source.name)
  }
}

function problemOf(source: Source): string | undefined {
  // The name becomes a folder's; the service's own files begin with a dot or are state.json.
  if (!/^[a-z0-9][a-z0-9_-]{0,63}$/.test(source.name)) {
    return 'a name has 1 to 64 characters of a-z, 0-9, _ and -'
  }
  if (source.kind === 'folder') return undefined
  return (
    urlProblem(source.url, source) ??
    (source.kind === 'clamav' ? clamavProblem(source) : archiveProblem(source))
  )
}

function clamavProblem({ databases }: ClamavSource): string | undefined {
  if (databases.length === 0) return 'databases names none'
  if (new Set(databases).size < databases.length) return 'databases names one twice'
  const wrong = databases.find((name) => !/^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$/.test(name))
  return wrong === undefined ? undefined : `${wrong} is no name of a database`
}

function archiveProblem(source: ArchiveSource): string | undefined {
  if (source.sha256 !== undefined && !/^[0-9a-f]{64}$/i.test(source.sha256)) {
    return 'sha256 has 64 hexadecimal digits'
  }
  if ((source.signature === undefined) !== (source.key === undefined))
    return 'signature and key belong together'
  return source.signature === undefined ? undefined : urlProblem(source.signature, source)
}

function urlProblem(url: string, { insecure }: Remote): string | undefined {
  try {
    parseUrl(url, insecure)
    return undefined
  } catch (thrown) {
    return messageOf(thrown)
  }
}

/** Where it is, for people, without what is secret in it. */
export function sourceAddress(source: Source): string {
  return source.kind === 'folder' ? source.path : shown(new URL(source.url))
}
