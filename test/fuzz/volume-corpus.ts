// Small volumes for mutation, written by hand, and a walk through what a tree of them has.

import type { EvidenceTree } from '../../src/evidence/tree.ts'
import { namesBelow } from '../support/disk-image.ts'
import { writeGpt, writeRecordOf } from '../support/disk-writer.ts'
import { writeExt } from '../support/ext-writer.ts'
import { residentData, runData } from '../support/mft-writer.ts'
import { fileRecord, folderRecord, writeNtfs } from '../support/ntfs-writer.ts'

const mostPaths = 200
const readBytes = 20_000
function ntfs(): Buffer {
  return writeNtfs({
    records: {
      5: folderRecord(5, {
        parent: 5,
        name: '.',
        lists: [
          { entry: 24, name: 'a', isFolder: true },
          { entry: 25, name: 'f' },
        ],
      }),
      24: folderRecord(24, { parent: 5, name: 'a', lists: [{ entry: 25, name: 'f' }] }),
      25: fileRecord('f', runData(3000, Buffer.from('11031e00', 'hex')), residentData('s', 'stream')),
    },
    volumeClusters: 40,
  })
}

function disk(): Buffer {
  const bytes = Buffer.alloc(128 * 512)
  writeRecordOf(bytes, 0, [
    { type: 7, first: 40, count: 10 },
    { type: 5, first: 60, count: 40 },
  ])
  writeRecordOf(bytes, 60 * 512, [
    { type: 0x83, first: 1, count: 5 },
    { type: 5, first: 10, count: 5 },
  ])
  writeRecordOf(bytes, 70 * 512, [{ type: 0x83, first: 1, count: 5 }])
  const withTable = Buffer.alloc(128 * 512)
  writeGpt(withTable, 512, [{ type: 'ebd0a0a2-b9e5-4433-87c0-68b6b72699c7', first: 40, last: 79, name: 'x' }])
  return Buffer.concat([bytes, withTable])
}

export const volumes = { ext: writeExt(), ntfs: ntfs(), disk: disk() } as const

/** Every path once, at most so many, with its facts and the beginning of its content. */
export function walked(tree: EvidenceTree | undefined): unknown {
  if (tree === undefined) return undefined
  return Array.from(namesBelow(tree, '', { left: mostPaths }), (path) => {
    const file = tree.stat(path)
    const streams = [undefined, ...(file?.streams ?? [])]
    return [path, file, streams.map((stream) => tree.open(path, stream)?.read(0, readBytes).length)]
  })
}
