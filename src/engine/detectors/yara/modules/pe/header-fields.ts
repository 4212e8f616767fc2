// The fields of the pe module that come from the headers alone.

import type { OptionalHeader, Pe, Version } from '../../../../parsers/pe/index.ts'

const noVersion: Version = { major: 0, minor: 0 }

/** A file that ends before its optional header does has zeros there. */
const noOptionalHeader: OptionalHeader = {
  magic: 0,
  isPe32Plus: false,
  linkerVersion: noVersion,
  sizeOfCode: 0,
  sizeOfInitializedData: 0,
  sizeOfUninitializedData: 0,
  entryPoint: 0,
  baseOfCode: 0,
  baseOfData: undefined,
  imageBase: 0n,
  sectionAlignment: 0,
  fileAlignment: 0,
  osVersion: noVersion,
  imageVersion: noVersion,
  subsystemVersion: noVersion,
  win32Version: 0,
  sizeOfImage: 0,
  sizeOfHeaders: 0,
  checksum: 0,
  subsystem: 0,
  dllCharacteristics: 0,
  sizeOfStackReserve: 0n,
  sizeOfStackCommit: 0n,
  sizeOfHeapReserve: 0n,
  sizeOfHeapCommit: 0n,
  loaderFlags: 0,
  directoryCount: 0,
}

export function headerFields({ headers, directories, sections, entryPointOffset, overlay }: Pe): object {
  return {
    is_pe: true,
    machine: headers.machine,
    timestamp: headers.timestamp,
    characteristics: headers.characteristics,
    pointer_to_symbol_table: headers.symbolTableOffset,
    number_of_symbols: headers.symbolCount,
    size_of_optional_header: headers.optionalHeaderSize,
    entry_point: entryPointOffset,
    ...optionalFields(headers.optional ?? noOptionalHeader),
    number_of_sections: sections.length,
    sections: sections.map((section) => ({
      name: section.name,
      full_name: section.fullName,
      characteristics: section.characteristics,
      raw_data_size: section.rawSize,
      raw_data_offset: section.rawOffset,
      virtual_address: section.virtualAddress,
      virtual_size: section.virtualSize,
      pointer_to_relocations: section.relocationsOffset,
      pointer_to_line_numbers: section.lineNumbersOffset,
      number_of_relocations: section.relocationCount,
      number_of_line_numbers: section.lineNumberCount,
    })),
    data_directories: directories.map(({ virtualAddress, size }) => ({
      virtual_address: virtualAddress,
      size,
    })),
    overlay: overlay ?? { offset: 0, size: 0 },
  }
}

function optionalFields(optional: OptionalHeader): object {
  return {
    opthdr_magic: optional.magic,
    subsystem: optional.subsystem,
    linker_version: optional.linkerVersion,
    os_version: optional.osVersion,
    image_version: optional.imageVersion,
    subsystem_version: optional.subsystemVersion,
    dll_characteristics: optional.dllCharacteristics,
    image_base: integerOf(optional.imageBase),
    checksum: optional.checksum,
    base_of_code: optional.baseOfCode,
    base_of_data: optional.baseOfData,
    entry_point_raw: optional.entryPoint,
    section_alignment: optional.sectionAlignment,
    file_alignment: optional.fileAlignment,
    loader_flags: optional.loaderFlags,
    size_of_code: optional.sizeOfCode,
    size_of_initialized_data: optional.sizeOfInitializedData,
    size_of_uninitialized_data: optional.sizeOfUninitializedData,
    size_of_image: optional.sizeOfImage,
    size_of_headers: optional.sizeOfHeaders,
    size_of_stack_reserve: integerOf(optional.sizeOfStackReserve),
    size_of_stack_commit: integerOf(optional.sizeOfStackCommit),
    size_of_heap_reserve: integerOf(optional.sizeOfHeapReserve),
    size_of_heap_commit: integerOf(optional.sizeOfHeapCommit),
    win32_version_value: optional.win32Version,
    number_of_rva_and_sizes: optional.directoryCount,
  }
}

/** YARA's integers are signed: what an unsigned 64-bit field becomes, in the form that conditions calculate with. */
function integerOf(value: bigint): number | bigint {
  const signed = BigInt.asIntN(64, value)
  const number = Number(signed)
  return Number.isSafeInteger(number) ? number : signed
}

/** Of a file that is none: no values, but the structures and lists that rules go through. */
export const noHeaderFields = {
  is_pe: false,
  sections: [],
  data_directories: [],
  overlay: {},
  linker_version: {},
  os_version: {},
  image_version: {},
  subsystem_version: {},
} as const
