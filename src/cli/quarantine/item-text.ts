// An item of the quarantine as a JSON line, a row of the list, and a page of its own.

import { formatSize } from '../../config/units.ts'
import type { QuarantineLine } from '../../model/output.ts'
import { type Item, itemPath } from '../../response/index.ts'
import type { Terminal } from '../render/terminal.ts'

export function itemLine(item: Item): QuarantineLine {
  const { text, exact } = itemPath(item)
  return {
    type: 'quarantine-item',
    version: 1,
    id: item.id,
    time: item.time,
    path: text,
    ...(exact ? {} : { path_base64: Buffer.from(item.path).toString('base64') }),
    size: item.size,
    sha256: item.sha256,
    verdict: item.verdict,
    detections: item.detections.map((detection) => ({ ...detection, chain: [...detection.chain] })),
    reasons: item.reasons.map((reason) => ({ ...reason, chain: [...reason.chain] })),
    uid: item.uid,
    gid: item.gid,
    mode: modeText(item),
    atime_ns: String(item.atimeNs),
    mtime_ns: String(item.mtimeNs),
    xattrs: item.xattrs.map((xattr) => xattr.name),
    by: item.by,
  }
}

export function itemRow(item: Item, terminal: Terminal): string {
  const name = item.detections[0]?.name ?? item.verdict
  return `${item.id}  ${formatSize(item.size).padStart(9)}  ${terminal.style('red', name)}  ${terminal.safe(itemPath(item).text)}`
}

export function itemDetails(item: Item, terminal: Terminal): string {
  const rows: readonly (readonly [string, string])[] = [
    ['id', item.id],
    ['path', itemPath(item).text],
    ['taken', `${item.time} by ${item.by}`],
    ['verdict', item.verdict],
    ...item.detections.map(
      (detection) => ['found', `${detection.name} in ${detection.chain.join(' → ')}`] as const,
    ),
    ...item.reasons.map((reason) => ['unread', `${reason.chain.join(' → ')}: ${reason.message}`] as const),
    ['size', `${item.size} bytes`],
    ['sha256', item.sha256],
    ['owner', `${item.uid}:${item.gid}`],
    ['mode', modeText(item)],
    ['modified', new Date(Number(item.mtimeNs / 1_000_000n)).toISOString()],
    ['xattrs', item.xattrs.map((xattr) => xattr.name).join(', ') || 'none'],
  ]
  return rows
    .map(([name, value]) => `${terminal.style('bold', name.padEnd(9))} ${terminal.safe(value)}`)
    .join('\n')
}

function modeText(item: Item): string {
  return item.mode.toString(8).padStart(4, '0')
}
