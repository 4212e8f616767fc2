// What makes a compound file an Outlook message ([MS-OXMSG] 2.2), for those who read messages and those who leave
// them to others.

import type { Cfb, CfbEntry } from '../cfb/index.ts'

export function isMessage(cfb: Cfb): boolean {
  return cfb.entries.some(({ path }) => path === '__properties_version1.0')
}

/** The bytes of an attachment (PidTagAttachDataBinary), at any depth of embedded messages. */
export function isAttachmentData({ path, kind }: CfbEntry): boolean {
  return kind === 'stream' && path.endsWith('/__substg1.0_37010102') && path.includes('__attach_version1.0_')
}
