// What is installed: for `haechi update --list`, and for whoever loads the content.

import { join } from 'node:path'

import { readManifest } from './state/manifest.ts'
import { currentOf } from './state/store.ts'

export interface CurrentFolder {
  /** Name of the source. */
  readonly source: string
  /** The version's own folder, not the link to it: it stays the same while an update goes on. */
  readonly path: string
  readonly version: string
  /** ISO 8601: when it was installed, and when the source was last asked with success. */
  readonly installedAt: string
  readonly checkedAt: string | undefined
  /** Relative to `path`. */
  readonly files: readonly string[]
}

/** The folders with the current content of all sources, by name. Throws AppError `config-invalid`. */
export function currentFolders(directory: string): CurrentFolder[] {
  const manifest = readManifest(directory)
  return Object.keys(manifest.sources)
    .toSorted()
    .flatMap((source) => {
      const current = currentOf(directory, manifest, source)
      if (current === undefined) return []
      const { folder, version, at, files } = current
      const { checkedAt } = manifest.sources[source] ?? {}
      return [{ source, path: join(directory, source, folder), version, installedAt: at, checkedAt, files }]
    })
}

/** The folders of the configured sources, as the engine takes them. Throws AppError `config-invalid`. */
export function configuredFolders({
  directory,
  sources,
}: {
  readonly directory: string
  readonly sources: readonly { readonly name: string }[]
}): { readonly name: string; readonly path: string }[] {
  if (sources.length === 0) return []
  const names = new Set(sources.map(({ name }) => name))
  return currentFolders(directory)
    .filter(({ source }) => names.has(source))
    .map(({ source, path }) => ({ name: source, path }))
}
