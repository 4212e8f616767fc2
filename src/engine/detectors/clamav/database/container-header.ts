// The 512 bytes before the archive in .cvd, .cld and .cud:
// `ClamAV-VDB:time:version:signatures:level:md5:digital signature:builder:seconds`, padded with spaces.

export interface ContainerHeader {
  /** As it stands there: `22 Nov 2026 03-52 +0000`. */
  readonly buildTime: string
  readonly version: number
  readonly signatures: number
  readonly functionalityLevel: number
  /** Of everything behind the header; 32 digits, or something else when there is none. */
  readonly md5: string
  readonly digitalSignature: string
  readonly builder: string
  /** Build time in seconds since 1970; 0 in old files. */
  readonly seconds: number
}

export const headerBytes = 512

/** Undefined when the line is not a header. */
export function parseHeader(line: string): ContainerHeader | undefined {
  // Like ClamAV, which takes neighbouring colons for one.
  const fields = line.trimEnd().split(/:+/)
  const [magic, buildTime, version, signatures, level, md5, digitalSignature, builder, seconds = '0'] = fields
  if (magic !== 'ClamAV-VDB' || !buildTime || !builder || !md5 || !digitalSignature) return undefined
  const [versionNumber, signatureNumber, levelNumber, secondsNumber] = [
    version,
    signatures,
    level,
    seconds,
  ].map(numberOf)
  if (versionNumber === undefined || signatureNumber === undefined || levelNumber === undefined)
    return undefined
  return {
    buildTime,
    version: versionNumber,
    signatures: signatureNumber,
    functionalityLevel: levelNumber,
    md5: md5.toLowerCase(),
    digitalSignature,
    builder,
    seconds: secondsNumber ?? 0,
  }
}

function numberOf(text: string | undefined): number | undefined {
  return text !== undefined && /^[0-9]{1,15}$/.test(text) ? Number(text) : undefined
}
