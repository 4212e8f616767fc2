// A well-formed executable for Windows around whatever code is at hand: header, imports, one section.

import { addImports, PeWriter } from '../../../src/engine/parsers/pe/pe-writer.ts'

const libraries = {
  'KERNEL32.dll': ['CreateFileW', 'ReadFile', 'GetProcAddress', 'LoadLibraryA', 'VirtualAlloc'],
  'ADVAPI32.dll': ['RegOpenKeyExW', 'RegSetValueExW'],
  'WS2_32.dll': ['socket', 'connect', 'send'],
} as const

export function samplePe(contents: Uint8Array): Buffer {
  const writer = new PeWriter({ is64: true, imageBase: 0x140000000n })
  addImports(writer, libraries, { is64: true })
  writer.add(Buffer.from(contents))
  return writer.build()
}
