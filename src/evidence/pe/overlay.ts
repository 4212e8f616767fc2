// What follows the last section: installers keep their files there, and so does who appends something to a signed program.

import type { EvidenceSource } from '../source.ts'
import type { Pe } from '../../engine/index.ts'
import { entropyOf } from './entropy.ts'

const measuredBytes = 4 * 1024 * 1024

export interface PeOverlay {
  readonly offset: number
  /** The certificate table not counted. */
  readonly size: number
  readonly entropy: number
  /** By its first bytes; absent where they say nothing. */
  readonly kind?: string
}

/** Offset and bytes that tell. */
const kinds: readonly (readonly [number, string, string])[] = [
  [0, 'PK\u0003\u0004', 'zip'],
  [0, '7z\u00bc\u00af\u0027\u001c', '7z'],
  [0, 'Rar!\u001a\u0007', 'rar'],
  [0, 'MSCF', 'cab'],
  [0, 'MZ', 'pe'],
  [0, '\u001f\u008b', 'gzip'],
  [4, '\u00ef\u00be\u00ad\u00deNullsoftInst', 'nsis'],
  [0, 'zlb\u001a', 'inno'],
  [0, 'idska32\u001a', 'inno'],
  [0, 'MEI\u000c\u000b\u000a\u000b\u000e', 'pyinstaller'],
  [0, '\u00d0\u00cf\u0011\u00e0', 'ole'],
]

export function readOverlay(
  pe: Pe,
  source: EvidenceSource,
  table: { offset: number; size: number } | undefined,
): PeOverlay | undefined {
  if (pe.sections.length === 0) return undefined
  const start = Math.max(
    ...pe.sections.map(({ rawOffset, rawSize }) => (rawSize === 0 ? 0 : rawOffset + rawSize)),
  )
  const end = table !== undefined && table.offset >= start ? Math.min(table.offset, source.size) : source.size
  const behind =
    table !== undefined && table.offset >= start ? Math.max(0, source.size - table.offset - table.size) : 0
  const size = Math.max(0, end - start) + behind
  if (start === 0 || size === 0 || isPadding(source, start, end, behind)) return undefined
  const bytes = source.read(start, Math.min(end - start, measuredBytes))
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 32)).toString('latin1')
  const kind = kinds.find(([at, magic]) => head.startsWith(magic, at))?.[2]
  return { offset: start, size, entropy: entropyOf(bytes), ...(kind === undefined ? {} : { kind }) }
}

/** Seven zeros at most bring the certificate table to a multiple of eight. */
function isPadding(source: EvidenceSource, start: number, end: number, behind: number): boolean {
  return behind === 0 && end - start < 8 && !source.read(start, end - start).some((byte) => byte !== 0)
}
