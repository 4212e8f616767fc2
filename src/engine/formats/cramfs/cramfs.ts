// cramfs (Linux: fs/cramfs/README and include/uapi/linux/cramfs_fs.h), through 7-Zip.

import { u32 } from '../../codecs/little-endian.ts'
import { sevenZipFormat } from '../../seven-zip/format.ts'
import { hasText } from '../../seven-zip/magic.ts'

const magic = 0x28cd3d45
const magicSwapped = 0x453dcd28

export const cramfs = sevenZipFormat({
  id: 'cramfs',
  kind: 'archive',
  hasTail: true,
  type: () => 'CramFS',
  matches: ({ head }) => {
    const first = u32(head, 0)
    return (first === magic || first === magicSwapped) && hasText(head, 16, 'Compressed ROMFS')
  },
})
