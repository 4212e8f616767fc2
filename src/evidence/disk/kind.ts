// What a volume holds, by the marks that file systems and containers leave at fixed places.

import { u16, u32 } from '../fields.ts'
import type { EvidenceSource } from '../source.ts'

export type VolumeKind = 'ntfs' | 'ext' | 'empty' | 'unknown' | 'other'

export interface VolumeNature {
  readonly kind: VolumeKind
  /** For people: `NTFS`, `BitLocker`. */
  readonly name: string
}

const headBytes = 69_632

/** Name, offset and text of each mark; the first that fits counts. */
const marks: readonly (readonly [name: string, at: number, text: string])[] = [
  ['BitLocker (encrypted)', 3, '-FVE-FS-'],
  ['LUKS (encrypted)', 0, 'LUKS\xba\xbe'],
  ['exFAT', 3, 'EXFAT   '],
  ['ReFS', 3, 'ReFS\0\0\0\0'],
  ['LVM (physical volume)', 536, 'LVM2 001'],
  ['LVM (physical volume)', 24, 'LVM2 001'],
  ['XFS', 0, 'XFSB'],
  ['Btrfs', 65_600, '_BHRfS_M'],
  ['swap', 4086, 'SWAPSPACE2'],
  ['swap', 4086, 'SWAP-SPACE'],
  ['swap', 16_374, 'SWAPSPACE2'],
  ['swap', 65_526, 'SWAPSPACE2'],
  ['suspended system in swap', 4086, 'S1SUSPEND'],
  ['member of a Linux RAID', 4096, '\xfc\x4e\x2b\xa9'],
  ['member of a Linux RAID', 0, '\xfc\x4e\x2b\xa9'],
  ['F2FS', 1024, '\x10\x20\xf5\xf2'],
  ['SquashFS', 0, 'hsqs'],
  ['ISO 9660', 32_769, 'CD001'],
  ['APFS', 32, 'NXSB'],
  ['HFS+', 1024, 'H+\0\x04'],
  ['HFS+', 1024, 'HX\0\x05'],
  ['JFS', 32_768, 'JFS1'],
  ['ReiserFS', 65_588, 'ReIsEr'],
  ['FAT', 82, 'FAT32   '],
  ['FAT', 54, 'FAT16   '],
  ['FAT', 54, 'FAT12   '],
  ['FAT', 54, 'FAT     '],
]

/** Of images that are not raw: what made them, or how they become raw. */
const imageMarks: readonly (readonly [name: string, at: number, text: string])[] = [
  ['an EWF image (E01)', 0, 'EVF\t\r\n\xff\0'],
  ['an EWF image (Ex01)', 0, 'EVF2\r\n\x81\0'],
  ['an AFF image', 0, 'AFF10\r\n\0'],
  ['a QCOW image', 0, 'QFI\xfb'],
  ['a VMDK image', 0, 'KDMV'],
  ['a VMDK image', 0, 'COWD'],
  ['a VHDX image', 0, 'vhdxfile'],
  ['a VDI image', 64, '\x7f\x10\xda\xbe'],
  ['a dynamic VHD image', 0, 'conectix'],
]

export function natureOf(volume: EvidenceSource): VolumeNature {
  const known = natureOfHead(volume) ?? natureOfCopies(volume)
  if (known !== undefined) return known
  const isEmpty = volume.read(0, headBytes).every((byte) => byte === 0)
  return isEmpty ? { kind: 'empty', name: 'nothing' } : { kind: 'unknown', name: 'unknown' }
}

/** Undefined: no mark is known there. */
export function natureOfHead(volume: EvidenceSource): VolumeNature | undefined {
  const head = volume.read(0, headBytes)
  if (has(head, 3, 'NTFS    ')) return { kind: 'ntfs', name: 'NTFS' }
  const found = marks.find(([, at, text]) => has(head, at, text))
  if (found !== undefined) return { kind: 'other', name: found[0] }
  return u16(head, 1024 + 56) === 0xef53 ? { kind: 'ext', name: 'ext' } : undefined
}

/** A volume whose first sectors are lost has copies of them elsewhere. */
function natureOfCopies(volume: EvidenceSource): VolumeNature | undefined {
  for (const sectorBytes of [512, 4096]) {
    const last = volume.read((Math.floor(volume.size / sectorBytes) - 1) * sectorBytes, 512)
    if (has(last, 3, 'NTFS    ')) return { kind: 'ntfs', name: 'NTFS' }
  }
  for (const blockBytes of [4096, 1024]) {
    const copy = volume.read(8 * blockBytes * blockBytes + (blockBytes === 1024 ? 1024 : 0), 1024)
    // The copy says in which group it lies, and with which blocks.
    if (u16(copy, 56) === 0xef53 && u16(copy, 90) === 1 && 1024 * 2 ** (u32(copy, 24) & 7) === blockBytes)
      return { kind: 'ext', name: 'ext' }
  }
  return undefined
}

/** Undefined: it may be raw. */
export function imageFormatOf(source: EvidenceSource): string | undefined {
  const head = source.read(0, 512)
  return imageMarks.find(([, at, text]) => has(head, at, text))?.[0]
}

function has(bytes: Uint8Array, at: number, text: string): boolean {
  if (at + text.length > bytes.length) return false
  for (let index = 0; index < text.length; index++) {
    if (bytes[at + index] !== text.charCodeAt(index)) return false
  }
  return true
}
