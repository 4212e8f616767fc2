// Members against their lines of the manifest. A part of the manifest stands behind the members it is about, so only those since
// the part before are held.

import { createHash, type Hash } from 'node:crypto'

import type { Findings } from './findings.ts'
import type { Frame } from './frame-reader.ts'
import { factsOf, type ManifestEntry, readManifestLine } from './manifest-entry.ts'
import { caseName, manifestName, memberName, signatureName, treeText, wholeName } from './member-name.ts'
import { type ScannedMember, MemberScanner } from './member-scan.ts'
import { ownFacts } from './member-writer.ts'
import { readSignature, type Signature } from './signature.ts'
import { memberHeader } from './tar-header.ts'

interface Seen {
  readonly member: ScannedMember
  readonly sha256: string
  readonly isWhole: boolean
}

/** Content of our own members is kept in memory to be read. */
const mostKeptBytes = 67_108_864

export class MemberCheck {
  readonly #findings: Findings
  readonly #scanner: MemberScanner
  #seen: Seen[] = []
  /** Headers of our own members, which tell when the collection began. */
  readonly #own: { readonly name: string; readonly size: number; readonly header: string }[] = []
  #member: ScannedMember | undefined
  #hash: Hash = createHash('sha256')
  #kept: Buffer[] | undefined
  #keptBytes = 0
  #parts = 0
  #shift = 0
  chainRoot = '0'.repeat(64)
  lines = 0
  /** Members that are as their line says. */
  right = 0
  signature: Signature | undefined
  caseSha256: string | undefined
  caseFile: unknown

  constructor(findings: Findings) {
    this.#findings = findings
    this.#scanner = new MemberScanner({
      begin: (member) => this.#begin(member),
      data: (bytes) => this.#data(bytes),
      end: (isWhole) => this.#end(isWhole),
      damage: (offset, text) => findings.add('damaged', `At byte ${offset}: ${text}.`),
    })
  }

  frame(frame: Frame): void {
    this.#scanner.frame(frame)
  }

  /** Nothing more comes. */
  end(offset: number): void {
    if (this.signature === undefined) this.#scanner.end(offset)
    for (const { member } of this.#seen)
      this.#findings.add('not-vouched', 'No line of the manifest tells of it.', member.name)
    this.#checkOwnHeaders()
  }

  #begin(member: ScannedMember): void {
    this.#member = member
    this.#hash = createHash('sha256')
    this.#kept = isOwn(member.name) ? [] : undefined
    this.#keptBytes = 0
  }

  #data(bytes: Uint8Array): void {
    this.#hash.update(bytes)
    this.#keptBytes += bytes.length
    if (this.#keptBytes <= mostKeptBytes) this.#kept?.push(Buffer.from(bytes))
  }

  #end(isWhole: boolean): void {
    const member = this.#member
    if (member === undefined) return
    this.#member = undefined
    const seen = { member, sha256: this.#hash.digest('hex'), isWhole }
    if (this.#kept === undefined) this.#seen.push(seen)
    else this.#ownMember(seen, Buffer.concat(this.#kept))
  }

  #ownMember({ member, sha256, isWhole }: Seen, content: Buffer): void {
    const { name } = member
    if (!isWhole) this.#findings.add('damaged', 'It is not whole.', name)
    this.#own.push({ name, size: member.stored, header: member.header.toString('latin1') })
    if (name === signatureName) this.signature = readSignature(content.toString())
    else if (name === caseName) {
      this.caseSha256 = sha256
      try {
        this.caseFile = JSON.parse(content.toString())
      } catch {
        this.#findings.add('case-changed', 'It is no JSON.', name)
      }
    } else this.#manifestPart(name, content)
  }

  #manifestPart(name: string, content: Buffer): void {
    this.#parts += 1
    if (wholeName(name).part !== this.#parts)
      this.#findings.add('moved', `It stands where part ${this.#parts} of the manifest belongs.`, name)
    const entries: ManifestEntry[] = []
    let broken = 0
    for (const line of content.toString().split('\n')) {
      if (line === '') continue
      const read = readManifestLine(line)
      const isLinked = read?.previous === this.chainRoot
      if (!isLinked) broken += 1
      this.chainRoot = createHash('sha256').update(line).digest('hex')
      this.lines += 1
      if (read !== undefined) entries.push(read.entry)
    }
    if (broken > 0) this.#findings.add('chain-broken', `${broken} lines do not follow the line before.`, name)
    this.#match(entries)
  }

  #match(entries: readonly ManifestEntry[]): void {
    const seen = new Map<string, Seen>()
    for (const one of this.#seen) {
      if (seen.has(one.member.name)) this.#findings.add('added', 'It stands there twice.', one.member.name)
      else seen.set(one.member.name, one)
    }
    this.#seen = []
    for (const entry of entries) {
      if (entry.at === undefined) continue
      const name = treeText(memberName(factsOf(entry)))
      const one = seen.get(name)
      seen.delete(name)
      if (one === undefined)
        this.#findings.add('missing', 'The manifest tells of it, but it is not there.', name)
      else this.#compare(entry, one)
    }
    for (const name of seen.keys())
      this.#findings.add('added', 'It is there, but the manifest does not tell of it.', name)
  }

  #compare(entry: ManifestEntry, { member, sha256, isWhole }: Seen): void {
    const before = this.#findings.count
    const { name } = member
    if (!isWhole) this.#findings.add('damaged', 'Its data is not whole.', name)
    else if (sha256 !== (entry.storedSha256 ?? entry.sha256 ?? emptySha256))
      this.#findings.add('changed', 'Its content is not what the manifest says.', name)
    if (!member.header.equals(memberHeader(factsOf(entry))))
      this.#findings.add(
        'header-changed',
        'Its name, times, owner or mode are not what the manifest says.',
        name,
      )
    const shift = member.frame - (entry.at?.frame ?? 0)
    // What follows something added or removed has moved by as much: one finding is enough.
    if (shift !== this.#shift || member.skip !== entry.at?.skip)
      this.#findings.add('moved', 'It does not stand where the manifest says.', name)
    this.#shift = shift
    if (this.#findings.count === before) this.right += 1
  }

  #checkOwnHeaders(): void {
    if (this.signature === undefined) return
    for (const { name, size, header } of this.#own) {
      const { path, part } = wholeName(name)
      const facts = ownFacts({ path, ...(part > 1 ? { part } : {}) }, size, this.signature.started)
      if (memberHeader(facts).toString('latin1') !== header)
        this.#findings.add('header-changed', 'Its header is not as it was written.', name)
    }
  }
}

const emptySha256 = createHash('sha256').digest('hex')

function isOwn(name: string): boolean {
  return name === caseName || name === signatureName || wholeName(name).path === manifestName
}
