// Names of the members: `[root]/VOLUME/PATH:STREAM` for files of the host, the path itself for what is ours. Bytes that are no
// UTF-8 stand as `\xNN` in the paths of a tree; in the package they are bytes again.

import { isUtf8 } from 'node:buffer'

import type { MemberFacts } from './manifest-entry.ts'

export const rootName = '[root]'
export const headName = 'haechi-package.json'
export const caseName = 'case.json'
export const signatureName = 'signature.json'
export const manifestName = 'manifest.jsonl'

const escaped = /\\x[89a-f][0-9a-f]/gi
const unsafeSegment = /(?:^|\/)\.{1,2}(?:\/|$)|\/\/|\0/

/** What stands in the archive; a folder's ends in `/`. */
export function memberName(facts: MemberFacts): Buffer {
  const isOfHost = facts.kind !== 'rows' && facts.kind !== 'bytes' && facts.kind !== 'head'
  if (!isOfHost) return Buffer.from(facts.part === undefined ? facts.path : partName(facts.path, facts.part))
  const volume = facts.volume === undefined ? '' : `/${facts.volume}`
  const stream = facts.stream === undefined ? '' : `:${facts.stream}`
  const end = facts.kind === 'folder' && !facts.path.endsWith('/') ? '/' : ''
  return rawBytes(`${rootName}${volume}${facts.path}${stream}${end}`)
}

/** False for a path that would leave the folder it is unpacked in, or that no archive can hold. */
export function isStorable(path: string, volume: string | undefined, stream: string | undefined): boolean {
  return (
    path.startsWith('/') &&
    !unsafeSegment.test(path) &&
    path.length <= 65_536 &&
    (volume === undefined || /^[^/\0.][^/\0]{0,99}$/.test(volume)) &&
    (stream === undefined || /^[^/\0]{1,255}$/.test(stream))
  )
}

/** `live/processes.jsonl` → `live/processes.part-00002.jsonl`, `live/memory` → `live/memory.part-00002`. */
function partName(name: string, part: number): string {
  const number = `.part-${part.toString().padStart(5, '0')}`
  return name.endsWith('.jsonl') ? `${name.slice(0, -6)}${number}.jsonl` : name + number
}

const partPattern = /^(?<base>.*)\.part-(?<part>\d{5,})(?<end>\.jsonl)?$/

/** The other way round. */
export function wholeName(name: string): { path: string; part: number } {
  const found = partPattern.exec(name)?.groups
  if (found === undefined) return { path: name, part: 1 }
  return { path: `${found['base'] ?? ''}${found['end'] ?? ''}`, part: Number(found['part']) }
}

/** The bytes that a text of a tree stands for. A text whose bytes would be UTF-8 was never escaped: it is meant as written. */
export function rawBytes(text: string): Buffer {
  const plain = Buffer.from(text)
  if (!text.includes('\\x')) return plain
  const parts: Buffer[] = []
  let from = 0
  for (const { 0: sequence, index } of text.matchAll(escaped)) {
    parts.push(Buffer.from(text.slice(from, index)), Buffer.of(Number.parseInt(sequence.slice(2), 16)))
    from = index + sequence.length
  }
  const bytes = Buffer.concat([...parts, Buffer.from(text.slice(from))])
  return isUtf8(bytes) ? plain : bytes
}

/** The text of a tree for bytes of a name. */
export function treeText(bytes: Uint8Array): string {
  if (isUtf8(bytes)) return Buffer.from(bytes).toString()
  let text = ''
  for (let at = 0; at < bytes.length;) {
    const length = sequenceAt(bytes, at)
    text +=
      length === 0
        ? `\\x${(bytes[at] ?? 0).toString(16).padStart(2, '0')}`
        : Buffer.from(bytes.subarray(at, at + length)).toString()
    at += Math.max(1, length)
  }
  return text
}

/** Length of the UTF-8 sequence there, 0 where there is none. */
function sequenceAt(bytes: Uint8Array, at: number): number {
  for (let length = 1; length <= 4 && at + length <= bytes.length; length += 1)
    if (isUtf8(bytes.subarray(at, at + length))) return length
  return 0
}
