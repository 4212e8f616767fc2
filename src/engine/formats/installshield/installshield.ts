// InstallShield: cabinets (`ISc(`) whose table of files is inside, and what its setup programs bring behind them, where
// cabinets lie beside their table.

import {
  isCabinet,
  isSetupStream,
  readCabinetHeader,
  readSetupStream,
  type SetupFile,
} from '../../parsers/installshield/index.ts'
import { type ByteSource, sliceSource } from '../../source/byte-source.ts'
import type { Format, Member, UnpackContext } from '../format.ts'
import { cabinetMembers, type CabinetSet } from './cabinet-set.ts'
import { openSetupFile } from './setup-file.ts'

export const installshield: Format = {
  id: 'installshield',
  kind: 'archive',
  matches: ({ head }) => isCabinet(head) || isSetupStream(head),

  *members({ head, source }, context) {
    if (isCabinet(head)) yield* single(source, context)
    else yield* setupFiles(source, head, context)
  },
}

/** A cabinet by itself: with the table inside of it, it is also its first volume. */
function* single(source: ByteSource, context: UnpackContext): Generator<Member> {
  const header = readCabinetHeader(source)
  if (header === undefined || header.descriptorBytes === 0) {
    context.budget.countMember()
    context.fault('data1.hdr', 'missing-volume', 'the table of files is in another file')
    return
  }
  // Header files have nothing else.
  const hasData = header.descriptorOffset + header.descriptorBytes < source.size
  yield* cabinetMembers(
    { header: source, volumes: new Map(hasData ? [[1, source]] : []), name: 'data' },
    context,
  )
}

function* setupFiles(source: ByteSource, head: Uint8Array, context: UnpackContext): Generator<Member> {
  const stream = readSetupStream(source, head)
  if (stream === undefined) return
  const { sets, others } = sorted(source, stream.files)
  for (const file of others) {
    if (file.offset + file.length > source.size) context.fault(file.name, 'damaged', 'is cut off')
    const reported = new Set<string>()
    const report = (message: string): void => {
      if (!reported.has(message)) context.fault(file.name, 'damaged', message)
      reported.add(message)
    }
    yield { name: file.name, source: openSetupFile(source, file, context.budget, report) }
  }
  for (const set of sets) yield* cabinetMembers(set, context)
}

/** Cabinets with the table of the same name are opened together. */
function sorted(
  source: ByteSource,
  files: readonly SetupFile[],
): { readonly sets: CabinetSet[]; readonly others: SetupFile[] } {
  const sets: CabinetSet[] = []
  const used = new Set<SetupFile>()
  for (const file of files) {
    const base = /^(.+?)1\.hdr$/i.exec(file.name)?.[1]
    if (base === undefined || !isPlainCabinet(source, file)) continue
    const volumes = new Map<number, ByteSource>()
    for (const other of files) {
      const number = volumeNumber(other.name, base)
      if (number === undefined || !isPlainCabinet(source, other)) continue
      volumes.set(number, sliceSource(source, other.offset, other.length))
      used.add(other)
    }
    used.add(file)
    sets.push({ header: sliceSource(source, file.offset, file.length), volumes, name: base })
  }
  return { sets, others: files.filter((file) => !used.has(file)) }
}

function volumeNumber(name: string, base: string): number | undefined {
  const lower = name.toLowerCase()
  if (!lower.startsWith(base.toLowerCase()) || !lower.endsWith('.cab')) return undefined
  const digits = lower.slice(base.length, -'.cab'.length)
  return /^\d{1,4}$/.test(digits) ? Number(digits) : undefined
}

function isPlainCabinet(source: ByteSource, { offset, length, key }: SetupFile): boolean {
  return key === undefined && length >= 20 && isCabinet(source.read(offset, 20))
}
