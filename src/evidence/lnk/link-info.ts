// Where a shortcut's target was found: LinkInfo with its VolumeID and CommonNetworkRelativeLink ([MS-SHLLINK] 2.3).

import { ansi, u32, utf16 } from '../fields.ts'

/** From this header size on there are offsets of UTF-16 texts too. */
const unicodeHeaderBytes = 0x24
const hasVolume = 1
const hasNetwork = 2
const driveTypes = ['unknown', 'no-root', 'removable', 'fixed', 'remote', 'cdrom', 'ramdisk'] as const

export interface LinkInfo {
  readonly volume?: LinkVolume
  readonly network?: LinkNetwork
  readonly localBasePath?: string
  readonly commonPathSuffix?: string
}

export interface LinkVolume {
  readonly driveType: (typeof driveTypes)[number]
  /** As `vol` shows it, without the hyphen. */
  readonly serialNumber: string
  readonly label?: string
}

export interface LinkNetwork {
  readonly shareName?: string
  readonly deviceName?: string
  /** WNNC_NET_* of the network that had it, e.g. 0x00020000 for SMB. */
  readonly providerType?: number
}

export function readLinkInfo(info: Uint8Array): LinkInfo {
  const flags = u32(info, 8)
  const isUnicode = u32(info, 4) >= unicodeHeaderBytes
  const path =
    (flags & hasVolume) === 0 ? undefined : textAt(info, u32(info, 16), isUnicode ? u32(info, 28) : 0)
  const suffix = textAt(info, u32(info, 24), isUnicode ? u32(info, 32) : 0)
  return {
    ...((flags & hasVolume) === 0 ? {} : { volume: readVolume(info.subarray(u32(info, 12))) }),
    ...((flags & hasNetwork) === 0 ? {} : { network: readNetwork(info.subarray(u32(info, 20))) }),
    ...(path === undefined ? {} : { localBasePath: path }),
    ...(suffix === undefined || suffix === '' ? {} : { commonPathSuffix: suffix }),
  }
}

/** The text at `wideAt` where there is one, else the one at `at`. */
function textAt(bytes: Uint8Array, at: number, wideAt: number): string | undefined {
  if (wideAt > 0 && wideAt < bytes.length) return utf16(bytes, wideAt)
  return at > 0 && at < bytes.length ? ansi(bytes, at) : undefined
}

function readVolume(volume: Uint8Array): LinkVolume {
  const at = u32(volume, 12)
  // The offset 0x14 says that the label is UTF-16 and that its own offset follows.
  const label = at === 0x14 ? textAt(volume, 0, u32(volume, 16)) : textAt(volume, at, 0)
  return {
    driveType: driveTypes[u32(volume, 4)] ?? 'unknown',
    serialNumber: u32(volume, 8).toString(16).toUpperCase().padStart(8, '0'),
    ...(label === undefined || label === '' ? {} : { label }),
  }
}

function readNetwork(link: Uint8Array): LinkNetwork {
  const flags = u32(link, 4)
  const nameAt = u32(link, 8)
  // Offsets of UTF-16 texts are there when the first text begins behind them.
  const isUnicode = nameAt > 0x14
  const shareName = textAt(link, nameAt, isUnicode ? u32(link, 20) : 0)
  const deviceName =
    (flags & 1) === 0 ? undefined : textAt(link, u32(link, 12), isUnicode ? u32(link, 24) : 0)
  return {
    ...(shareName === undefined ? {} : { shareName }),
    ...(deviceName === undefined ? {} : { deviceName }),
    ...((flags & 2) === 0 ? {} : { providerType: u32(link, 16) }),
  }
}
