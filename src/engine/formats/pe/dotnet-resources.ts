// The resources of a .NET assembly (ECMA-335, II.24.2.4): one after the other, each with its length before it. Their names
// are in the metadata and are not needed.

import { u32 } from '../../codecs/little-endian.ts'
import type { PeLayout } from '../../parsers/pe/index.ts'
import { type ByteSource, sliceSource } from '../../source/byte-source.ts'
import type { Member, UnpackContext } from '../format.ts'

const cliHeaderDirectory = 14
const cliHeaderBytes = 72
const alignment = 8
const leastBytes = 64
const maxResources = 4096

export function* dotnetResources(
  source: ByteSource,
  layout: PeLayout,
  { budget }: UnpackContext,
): Generator<Member> {
  const place = layout.directories[cliHeaderDirectory]
  const header =
    place === undefined || place.virtualAddress === 0 ? undefined : layout.offsetOfRva(place.virtualAddress)
  if (header === undefined) return
  const bytes = source.read(header, cliHeaderBytes).slice()
  const start = u32(bytes, 0) === cliHeaderBytes ? layout.offsetOfRva(u32(bytes, 24)) : undefined
  if (start === undefined || u32(bytes, 24) === 0) return
  const end = Math.min(start + u32(bytes, 28), source.size)
  let at = start
  for (let index = 1; index <= maxResources && at + 4 < end; index++) {
    budget.checkTime()
    const length = u32(source.read(at, 4), 0)
    if (at + 4 + length > end) return
    if (length >= leastBytes) {
      yield { name: `dotnet-resources/${index}`, source: sliceSource(source, at + 4, length) }
    }
    at = Math.ceil((at + 4 + length) / alignment) * alignment
  }
}
