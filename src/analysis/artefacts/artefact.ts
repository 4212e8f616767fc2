// What a kind of artefact is: how it is told from other files, and what reads it.

import type { Notes } from '../../evidence/note.ts'
import type { EvidenceSource } from '../../evidence/source.ts'
import type { TemplateLibrary } from '../../evidence/evtx/index.ts'
import type { ArtefactRecord, Finding } from '../record.ts'

export interface ArtefactFile {
  /** Absolute in its tree, parts joined by `/`. Of a named stream `PATH:STREAM`. */
  readonly path: string
  /** The path with the volume in front, as records name it. */
  readonly label: string
  readonly source: EvidenceSource
  readonly notes: Notes
  /** Last change of the file; of records without a time of their own. */
  readonly modified?: string
  /** Other files of its folder by name in lower case, as a hive's logs. To be closed. */
  readonly neighbour: (name: string) => (EvidenceSource & Disposable) | undefined
  /** What the reader itself finds worth a look; of the record that it gives next. */
  readonly suspect: (finding: Omit<Finding, 'source' | 'by'>) => void
  /** Templates of all event logs of a run. */
  readonly templates: TemplateLibrary
  /** Every record of tables that have one of every file. */
  readonly isFull: boolean
}

export interface ArtefactKind {
  /** E.g. `prefetch`. */
  readonly id: string
  /** For people, in the plural. */
  readonly title: string
  /** Told by where it lies. `path` is in lower case, and so is `name`, its last part. */
  lies(path: string, name: string): boolean
  /** Told by its first 4096 bytes, whatever it is called; `name` in lower case for those that have no mark. */
  begins(head: Uint8Array, name: string): boolean
  read(file: ArtefactFile): Iterable<ArtefactRecord>
}

/** Text of the head as bytes. */
export function headText(head: Uint8Array, length: number): string {
  return Buffer.from(head.buffer, head.byteOffset, Math.min(length, head.length)).toString('latin1')
}

/** The whole source, up to `most` bytes; a note says when there is more. */
export function wholeOf({ source, notes }: Pick<ArtefactFile, 'source' | 'notes'>, most: number): Uint8Array {
  if (source.size > most) notes.add(`only the first ${most} of ${source.size} bytes are read`)
  return source.read(0, Math.min(source.size, most))
}
