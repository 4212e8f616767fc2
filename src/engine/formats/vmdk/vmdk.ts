// VMware's sparse disks (VMware's "Virtual Disk Format 5.0"): sparse and stream-optimized extents, and those of ESX (COWD).
// The disk comes out as one object with random access.

import { hasText } from '../../seven-zip/magic.ts'
import { BlockSource, once } from '../../parsers/disk/index.ts'
import type { ByteSource } from '../../source/byte-source.ts'
import type { Format, UnpackContext } from '../format.ts'
import { GrainMap } from './grain-map.ts'
import { type Header, readHeader } from './header.ts'

export const vmdk: Format = {
  id: 'vmdk',
  kind: 'stream',
  matches: ({ head }) =>
    (hasText(head, 0, 'KDMV') || hasText(head, 0, 'COWD')) && readHeader(head) !== undefined,

  *members({ source, head, chain }, context) {
    const outer = chain.at(-1) ?? ''
    const name = /.\.vmdk$/i.test(outer) ? outer.replace(/\.vmdk$/i, '.img') : 'disk.img'
    const header = readHeader(head)
    const whole = header?.isFooterUsed === true ? readFooter(source) : header
    if (whole === undefined) {
      context.budget.countMember()
      context.fault(name, 'damaged', 'the end with the table of grains is missing')
      return
    }
    tellMissing(source, whole, name, context)
    const report = once((message) => context.fault(name, 'damaged', message))
    const map = new GrainMap(source, whole, report, context.budget)
    yield { name, source: new BlockSource(source, map, whole.diskBytes), isDisk: true }
  },
}

const sectorBytes = 512
/** The last three sectors of a stream: the footer's mark, the footer, the end mark. */
const footerFromEnd = 2 * sectorBytes

function readFooter(source: ByteSource): Header | undefined {
  const footer = readHeader(source.read(source.size - footerFromEnd, sectorBytes).slice())
  return footer?.isFooterUsed === true ? undefined : footer
}

/** The descriptor inside of the file names the disk that this one changes, and extents in other files. */
function tellMissing(source: ByteSource, header: Header, name: string, context: UnpackContext): void {
  const text = Buffer.from(source.read(header.descriptorAt, header.descriptorBytes)).toString('latin1')
  const parent = /^parentFileNameHint\s*=\s*"([^"]*)"/m.exec(text)?.[1]
  if (parent !== undefined) {
    context.fault(parent, 'missing-volume', 'the disk that this one changes is needed')
  }
  const extents = [...text.matchAll(/^(?:RW|RDONLY) \d+ \w+ "([^"]*)"/gm)].map(([, file]) => file ?? name)
  for (const file of extents.slice(1, 100)) {
    context.fault(file, 'missing-volume', 'a part of the disk is in another file')
  }
}
