// An examined host in memory, for tests: what a mounted disk would hold, without one.

import { Notes } from '../../src/evidence/note.ts'
import { type FileSource, memorySource } from '../../src/evidence/source.ts'
import type { EvidenceTree, TreeEntry, TreeFile, TreeTimes } from '../../src/evidence/tree.ts'

export interface MemoryFile {
  readonly bytes: Uint8Array
  readonly times?: TreeTimes
  readonly mode?: number
  readonly streams?: Readonly<Record<string, Uint8Array>>
}

/** `files` by absolute path, of named streams `PATH:STREAM`; content as it is or as text. */
export function memoryTree(
  system: EvidenceTree['system'],
  files: Readonly<Record<string, Uint8Array | string | MemoryFile>>,
): EvidenceTree {
  const all = new Map<string, MemoryFile>()
  for (const [path, given] of Object.entries(files)) {
    const [own = '', stream] = path.split(':')
    const file = fileOf(given)
    const known = all.get(own)
    if (stream === undefined) all.set(own, { ...known, ...file })
    else
      all.set(own, {
        bytes: new Uint8Array(0),
        ...known,
        streams: { ...known?.streams, [stream]: file.bytes },
      })
  }
  const folders = new Map<string, Map<string, TreeEntry>>([['/', new Map()]])
  for (const path of all.keys()) {
    const parts = path.split('/').slice(1)
    for (const [index, name] of parts.entries()) {
      const folder = `/${parts.slice(0, index).join('/')}`
      const entries = folders.get(folder) ?? new Map<string, TreeEntry>()
      folders.set(folder, entries)
      entries.set(name, { name, kind: index === parts.length - 1 ? 'file' : 'folder' })
    }
  }
  return {
    label: 'memory',
    system,
    foldsCase: system === 'windows',
    notes: new Notes(),
    list: (folder) => folders.get(folder)?.values() ?? [],
    stat(path): TreeFile | undefined {
      const file = all.get(path)
      if (file === undefined) {
        return folders.has(path) ? { path, kind: 'folder', size: 0, times: {} } : undefined
      }
      const { bytes, mode, streams, times = {} } = file
      return {
        path,
        kind: 'file',
        size: bytes.length,
        times,
        ...(mode === undefined ? {} : { mode }),
        ...(streams === undefined ? {} : { streams: Object.keys(streams) }),
      }
    },
    open(path, stream): FileSource | undefined {
      const file = all.get(path)
      const bytes = stream === undefined ? file?.bytes : file?.streams?.[stream]
      return bytes === undefined
        ? undefined
        : { ...memorySource(bytes), path, [Symbol.dispose]: () => undefined }
    },
    [Symbol.dispose]: () => undefined,
  }
}

function fileOf(file: Uint8Array | string | MemoryFile): MemoryFile {
  if (typeof file === 'string') return { bytes: Buffer.from(file) }
  return file instanceof Uint8Array ? { bytes: file } : file
}
