// Puts a 32-bit Windows program into memory as the system's loader does (Microsoft PE Format): image, stack, thread and process
// blocks, imports resolved to addresses at which nothing is but a name.

import { parsePe } from '../parsers/pe/index.ts'
import { Cpu, ebx, esp } from './cpu.ts'
import { systemFunctions } from './functions.ts'
import { Memory } from './memory.ts'
import type { Program } from './program.ts'
import { Functions, moduleBase, systemModule } from './system-module.ts'

const stackBase = 0x30000000
const stackBytes = 0x100000
const blocksBase = 0x7ffde000
const threadBlock = 0x7ffdf000
const largestImage = 64 * 1024 * 1024

/** The name of the address to which the program's first function returns. */
export const programEnd = '(end)'

/** Undefined: not a program that can be emulated. */
export function loadProgram(bytes: Buffer): Program | undefined {
  const pe = parsePe(bytes)
  const optional = pe?.headers.optional
  if (pe === undefined || optional === undefined || pe.headers.machine !== 0x14c || optional.isPe32Plus)
    return undefined
  const { entryPoint, sizeOfImage } = optional
  const imageBase = Number(optional.imageBase)
  const lastByte = Math.max(
    sizeOfImage,
    ...pe.sections.map((s) => s.virtualAddress + Math.max(s.virtualSize, 1)),
  )
  if (lastByte > largestImage || imageBase + lastByte > 0x30000000 || entryPoint >= lastByte) return undefined
  const image = new Uint8Array((lastByte + 0xfff) & ~0xfff)
  image.set(bytes.subarray(0, Math.min(optional.sizeOfHeaders, image.length)))
  for (const section of pe.sections) {
    // A size of zero is that of the raw data; the loader rounds offsets down to 512.
    const rawOffset = section.rawOffset & ~0x1ff
    const size = Math.min(section.rawSize, image.length - section.virtualAddress)
    if (size > 0) image.set(bytes.subarray(rawOffset, rawOffset + size), section.virtualAddress)
  }
  const memory = new Memory(imageBase, image)
  const functions = new Functions()
  memory.map(moduleBase, systemModule(functions, systemFunctions), 'system')
  for (const library of pe.imports) {
    for (const { name, rva } of library.functions) {
      if (rva + 4 <= image.length) memory.write32(imageBase + rva, functions.addressOf(name))
    }
  }
  const cpu = startOf(memory, imageBase, functions)
  cpu.eip = (imageBase + entryPoint) | 0
  for (const region of memory.regions) region.dirty.fill(0)
  return { cpu, memory, imageBase, image, functions, file: bytes }
}

function startOf(memory: Memory, imageBase: number, functions: Functions): Cpu {
  memory.map(stackBase, new Uint8Array(stackBytes), 'system')
  memory.map(blocksBase, new Uint8Array(0x2000), 'system')
  const top = stackBase + stackBytes - 0x1000
  // The list of loaded modules: the program, then the library; each entry has its base and size.
  const list = blocksBase + 0x100
  const own = blocksBase + 0x200
  const library = blocksBase + 0x300
  const words: readonly (readonly [number, number])[] = [
    [blocksBase + 12, list],
    ...[12, 20, 28].flatMap((at, index): [number, number][] => [
      [list + at, own + index * 8],
      [own + index * 8, library + index * 8],
      [library + index * 8, list + at],
    ]),
    [own + 0x18, imageBase],
    [library + 0x18, moduleBase],
    // No handler, the stack's bounds, the block itself, the process block with the image's base.
    [threadBlock, -1],
    [threadBlock + 4, stackBase + stackBytes],
    [threadBlock + 8, stackBase],
    [threadBlock + 0x18, threadBlock],
    [threadBlock + 0x30, blocksBase],
    [blocksBase + 8, imageBase],
  ]
  for (const [address, value] of words) memory.write32(address, value)
  const cpu = new Cpu(memory)
  cpu.fsBase = threadBlock
  cpu.registers[esp] = top
  cpu.registers[ebx] = blocksBase
  cpu.push(functions.addressOf(programEnd))
  return cpu
}
