// Containers of databases: .cvd (signed), .cld (put together from a .cvd and updates, signed in its .info only), .cud (not
// signed). A header of 512 bytes, then an archive. https://docs.clamav.net/manual/Signatures.html, "CVD".

import { createHash } from 'node:crypto'

import { type ArchiveLimits, type Member, readArchive } from './archive.ts'
import { type ContainerHeader, headerBytes, parseHeader } from './container-header.ts'
import { functionalityLevel } from './level.ts'
import { type Info, parseInfo } from './info.ts'
import { type ContainerKeys, clamavKeys, verifyMd5 } from './signature.ts'

export type ContainerKind = 'cvd' | 'cld' | 'cud'

export interface ContainerOptions {
  /** ClamAV's own, when missing. */
  readonly keys?: ContainerKeys
  readonly limits?: ArchiveLimits
}

export interface Container {
  readonly header: ContainerHeader | undefined
  /** Those whose size and SHA-256 are as in `.info`; none when the container as a whole cannot be trusted. */
  readonly members: readonly Member[]
  /** All signatures that its kind has to have are valid. */
  readonly signed: boolean
  /** One phrase each. */
  readonly problems: readonly string[]
}

/** main.cvd, the greatest, unpacks to some 400 MB. */
const defaultLimits: ArchiveLimits = { maxBytes: 2 * 1024 ** 3, maxMembers: 1000 }

export function readContainer(
  bytes: Uint8Array,
  kind: ContainerKind,
  options: ContainerOptions = {},
): Container {
  const keys = options.keys ?? clamavKeys
  const header = readHeader(bytes)
  if (header === undefined) return refused(header, 'its header cannot be read')
  const packed = bytes.subarray(headerBytes)
  if (kind === 'cvd') {
    const problem = verifyHeader(header, packed, keys)
    if (problem !== '') return refused(header, problem)
  }
  const members = readArchive(packed, options.limits ?? defaultLimits)
  if (typeof members === 'string') return refused(header, members)
  const infoMember = members.find(({ name }) => name.toLowerCase().endsWith('.info'))
  if (infoMember === undefined) return refused(header, 'it has no .info')
  const info = parseInfo(infoMember.bytes, keys.info)
  if (typeof info === 'string') return refused(header, info)
  if (!isSameBuild(header, info.header)) return refused(header, 'its header and its .info do not fit')
  if (kind !== 'cud' && !info.signed) return refused(header, 'its .info has no signature')
  const rest = members.filter((member) => member !== infoMember && member.name !== 'COPYING')
  const problems: string[] = []
  if (header.functionalityLevel > functionalityLevel) {
    problems.push(
      `it is made for functionality level ${header.functionalityLevel}, this is ${functionalityLevel}`,
    )
  }
  const checked = rest.filter((member) => isAsListed(member, info, problems))
  const names = new Set(rest.map(({ name }) => name))
  if (info.members.keys().some((name) => !names.has(name))) problems.push('a member of its .info is missing')
  return { header, members: checked, signed: kind !== 'cud', problems }
}

/** Of the header alone: which of two containers is newer. Undefined when it cannot be read. */
export function readHeader(bytes: Uint8Array): ContainerHeader | undefined {
  if (bytes.length < headerBytes) return undefined
  return parseHeader(Buffer.from(bytes.subarray(0, headerBytes)).toString('latin1'))
}

function refused(header: ContainerHeader | undefined, problem: string): Container {
  return { header, members: [], signed: false, problems: [problem] }
}

function verifyHeader(header: ContainerHeader, packed: Uint8Array, keys: ContainerKeys): string {
  const md5 = createHash('md5').update(packed).digest()
  if (md5.toString('hex') !== header.md5) return 'its MD5 is not that of its header'
  return verifyMd5(md5, header.digitalSignature, keys.header) ? '' : 'its digital signature is wrong'
}

function isSameBuild(one: ContainerHeader, two: ContainerHeader): boolean {
  return (
    one.version === two.version &&
    one.signatures === two.signatures &&
    one.functionalityLevel === two.functionalityLevel &&
    one.seconds === two.seconds
  )
}

function isAsListed({ name, bytes }: Member, { members }: Info, problems: string[]): boolean {
  const listed = members.get(name)
  const isSame =
    listed?.bytes === bytes.length && createHash('sha256').update(bytes).digest('hex') === listed.sha256
  if (!isSame)
    problems.push(listed === undefined ? 'a member is not in its .info' : 'a member is not as in its .info')
  return isSame
}
