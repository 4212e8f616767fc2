// From records to the tables that scans read: patterns go to the matcher that all detectors share, everything else into
// tables of the same image whose names begin with `clamav`.

import type { MatcherBuilder } from '../../matcher/compile/builder.ts'
import { builtInFileTypes } from './built-in-file-types.ts'
import { compileBody, noticeOf, profilesOfTarget, rarestPart } from './compile-body.ts'
import { compileContainer } from './compile-container.ts'
import { compileLogical, type Unusable } from './compile-logical.ts'
import type { BodyRecord, FileTypeRecord, LogicalRecord } from './database/index.ts'
import {
  signatureField,
  signatureKind,
  signatureWords,
  type StoredAbout,
  type StoredBodySignature,
  type StoredFileType,
  type StoredMacro,
  type StoredMagic,
} from './layout.ts'
import type { ClamavDatabase } from './read-clamav.ts'

export interface CompiledClamav {
  readonly tables: Readonly<Record<string, Uint8Array>>
  readonly counts: ClamavCounts
}

/** What can be found, and what cannot although it was read. */
export interface ClamavCounts {
  readonly hashes: number
  readonly bodies: number
  readonly logical: number
  readonly containers: number
  /** By reason. */
  readonly unusable: Readonly<Partial<Record<Unusable | 'container attribute', number>>>
}

/** Adds the signatures' contents to the matcher; call it once, after all that add patterns with a meaning of their own. */
export function compileClamav(database: ClamavDatabase, matcher: MatcherBuilder): CompiledClamav {
  const compiler = new Compiler(matcher)
  for (const record of database.bodies) compiler.addBody(record)
  for (const record of database.logical) compiler.addLogical(record)
  const fileTypes = database.fileTypes.length > 0 ? database.fileTypes : builtInFileTypes()
  for (const record of fileTypes) compiler.addFileType(record)
  const containers = database.containers.map(compileContainer)
  const usable = containers.filter((container) => container !== undefined)
  const tables = compiler.tables({ containers: usable })
  const { bodies, logical, unusable } = compiler
  return {
    tables: { ...tables, ...database.hashes.tables() },
    counts: {
      hashes: database.hashes.count,
      bodies,
      logical,
      containers: usable.length,
      unusable: {
        ...unusable,
        ...(usable.length < containers.length && {
          'container attribute': containers.length - usable.length,
        }),
      },
    },
  }
}

/** File types are looked for where nothing else says what an object is. */
const otherTarget = 14

class Compiler {
  readonly #matcher: MatcherBuilder
  readonly #words: number[] = []
  readonly #text: Buffer[] = []
  #textBytes = 0
  /** Pairs of a pattern and a signature that is looked at when it was found. */
  readonly #users: number[] = []
  readonly #always: number[] = []
  readonly #macros: StoredMacro[] = []
  readonly #magics: StoredMagic[] = []
  #hasRelativeText = false
  readonly unusable: Partial<Record<Unusable, number>> = {}
  bodies = 0
  logical = 0

  constructor(matcher: MatcherBuilder) {
    this.#matcher = matcher
  }

  addBody({ name, target, offset, body }: BodyRecord): void {
    const use = { offset, profiles: profilesOfTarget(target), once: true }
    const stored = compileBody(body, use, this.#matcher)
    if (stored === undefined) return this.#count('too large')
    this.bodies++
    if (offset.kind === 'macro') {
      this.#macros.push({ group: offset.group, target, body: stored })
      return undefined
    }
    this.#noteRelative(target, offset.kind)
    const detail: StoredBodySignature = {
      name,
      ...(offset.kind !== 'any' && { offset }),
      body: stored,
      ...(isPlain({ target, offset, body }) && { plain: true }),
      notice: noticeOf(body),
    }
    const pattern = stored.parts[rarestPart(body)]!.pattern
    this.#add(detail, { kind: signatureKind.body, target, patterns: [pattern] })
    return undefined
  }

  addLogical(record: LogicalRecord): void {
    const compiled = compileLogical(record, this.#matcher)
    if (typeof compiled === 'string') return this.#count(compiled)
    this.logical++
    const { target } = record.target
    for (const subsignature of record.subsignatures) {
      if (subsignature.kind === 'content') this.#noteRelative(target, subsignature.offset.kind)
    }
    const { stored, needs } = compiled
    if (needs === undefined) this.#always.push(this.#words.length / signatureWords)
    this.#add(stored, { kind: signatureKind.logical, target, patterns: needs ?? [] })
    return undefined
  }

  addFileType({ required, detected, magic }: FileTypeRecord): void {
    if (magic.kind === 'bytes') {
      // Later ones come first, as in ClamAV.
      const { of, offset, bytes } = magic
      if (of === 'file') this.#magics.unshift({ offset, bytes: Buffer.from(bytes).toString('hex'), detected })
      return
    }
    const profiles = profilesOfTarget(otherTarget) | profilesOfTarget(textTarget)
    const body = compileBody(magic.body, { offset: magic.offset, profiles, once: true }, this.#matcher)
    if (body === undefined) return
    const detail: StoredFileType = { required, detected, offset: magic.offset, body }
    const pattern = body.parts[rarestPart(magic.body)]!.pattern
    this.#add(detail, { kind: signatureKind.fileType, target: 0, patterns: [pattern] })
  }

  tables({ containers }: Pick<StoredAbout, 'containers'>): Record<string, Uint8Array> {
    const about: StoredAbout = {
      magics: this.#magics,
      containers,
      always: this.#always,
      macros: this.#macros,
      hasRelativeText: this.#hasRelativeText,
    }
    return {
      'clamav-signatures': bytesOf(Int32Array.from(this.#words)),
      'clamav-text': Buffer.concat(this.#text, this.#textBytes),
      'clamav-about': Buffer.from(JSON.stringify(about)),
      ...this.#userTables(),
    }
  }

  #count(why: Unusable): void {
    this.unusable[why] = (this.unusable[why] ?? 0) + 1
  }

  #noteRelative(target: number, kind: string): void {
    if (target === textTarget && kind === 'end') this.#hasRelativeText = true
  }

  #add(
    detail: unknown,
    { kind, target, patterns }: { kind: number; target: number; patterns: readonly number[] },
  ): void {
    const signature = this.#words.length / signatureWords
    const text = Buffer.from(JSON.stringify(detail))
    const words = Array.from({ length: signatureWords }, () => 0)
    words[signatureField.detail] = this.#textBytes
    words[signatureField.detailLength] = text.length
    words[signatureField.kind] = kind
    words[signatureField.target] = target
    this.#words.push(...words)
    this.#text.push(text)
    this.#textBytes += text.length
    for (const pattern of new Set(patterns)) this.#users.push(pattern, signature)
  }

  /** For each pattern the signatures that use it. */
  #userTables(): Record<string, Uint8Array> {
    const first = new Int32Array(this.#matcher.count + 1)
    const pairs = this.#users
    for (let at = 0; at < pairs.length; at += 2) first[pairs[at]! + 1]!++
    for (let pattern = 1; pattern < first.length; pattern++) first[pattern]! += first[pattern - 1]!
    const users = new Int32Array(pairs.length / 2)
    const next = first.slice()
    for (let at = 0; at < pairs.length; at += 2) users[next[pairs[at]!]!++] = pairs[at + 1]!
    return { 'clamav-first-user': bytesOf(first), 'clamav-users': bytesOf(users) }
  }
}

const textTarget = 7

/** ClamAV's first matcher takes signatures without wildcards, for files of all kinds or PE at a fixed place. */
function isPlain({ target, offset, body }: Pick<BodyRecord, 'target' | 'offset' | 'body'>): boolean {
  const [part] = body.parts
  if (target > 1 || body.parts.length > 1 || part?.tree.kind !== 'bytes') return false
  if ((part.left ?? part.right ?? part.before ?? part.after) !== undefined) return false
  if (offset.kind === 'version-information') return false
  return target === 0 || (offset.kind !== 'any' && 'maxShift' in offset && offset.maxShift === 0)
}

function bytesOf(words: Int32Array): Uint8Array {
  return new Uint8Array(words.buffer, words.byteOffset, words.byteLength)
}
