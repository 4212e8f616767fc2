// Streams of Hangul documents that are emptied (Hancom, "Hangul Document File Format 5.0", 3.2): they are compressed, so what
// takes their place has to inflate; of a script there remains one without any text.

import { deflateRawSync } from 'node:zlib'

import { readDocument } from '../../formats/hwp/file-header.ts'
import { beginsDeflated } from '../../formats/hwp/inflated.ts'
import type { CfbEntry } from '../../parsers/cfb/index.ts'
import type { ScanObject } from '../../scan-object.ts'
import { CannotCure } from '../editor.ts'

/** Four texts of no length, and the end mark. */
const emptyScript = Buffer.from(`${'00000000'.repeat(4)}ffffffff`, 'hex')
const scripts = /^scripts\/defaultjscript/i
const files = /^bindata\//i

/** The stream that a member of formats/hwp came from, if it can be emptied; members begin with the stream's path. */
export function hangulStream(entries: readonly CfbEntry[], member: string): CfbEntry | undefined {
  if (!scripts.test(member) && !files.test(member)) return undefined
  return entries.find(({ kind, path }) => kind === 'stream' && path !== '' && member.startsWith(path))
}

/** What the stream begins with when it has been emptied; zeros follow. */
export function emptyHangulContent(object: ScanObject, { path, source }: CfbEntry): Uint8Array {
  const document = readDocument(object)
  if (document === undefined) return new Uint8Array(0)
  const content = scripts.test(path) ? emptyScript : new Uint8Array(0)
  if (scripts.test(path) && document.isDistribution) throw new CannotCure('its scripts are encrypted')
  const isDeflated = !scripts.test(path) || beginsDeflated(source)
  const bytes = isDeflated ? deflateRawSync(content) : content
  if (bytes.length > source.size) throw new CannotCure(`${path} has no room`)
  return bytes
}
