// What the macho module looks like to rules (https://virustotal.github.io/yara-x/docs/modules/macho/).

import type { ScalarType } from '../../condition/node.ts'
import type { ArrayType, StructType, Type } from '../module.ts'
import { constants } from './constants.ts'
import { functions } from './functions.ts'

function struct(fields: StructType['fields']): StructType {
  return { kind: 'struct', fields }
}

function ints(...names: readonly string[]): Record<string, ScalarType> {
  return Object.fromEntries(names.map((name) => [name, 'int']))
}

function array(item: Type): ArrayType {
  return { kind: 'array', item }
}

const section = struct({
  segname: 'text',
  sectname: 'text',
  ...ints(
    'addr',
    'size',
    'offset',
    'align',
    'reloff',
    'nreloc',
    'flags',
    'reserved1',
    'reserved2',
    'reserved3',
  ),
})

const segment = struct({
  segname: 'text',
  ...ints('vmaddr', 'vmsize', 'fileoff', 'filesize', 'maxprot', 'initprot', 'nsects', 'flags'),
  sections: array(section),
})

const dylib = struct({
  name: 'text',
  timestamp: 'int',
  compatibility_version: 'text',
  current_version: 'text',
})

const symtab = struct({
  ...ints('symoff', 'nsyms', 'stroff', 'strsize'),
  entries: array('text'),
  nlists: array(struct(ints('n_strx', 'n_type', 'n_sect', 'n_desc', 'n_value'))),
})

const dysymtab = struct(
  ints(
    'ilocalsym',
    'nlocalsym',
    'iextdefsym',
    'nextdefsym',
    'iundefsym',
    'nundefsym',
    'tocoff',
    'ntoc',
    'modtaboff',
    'nmodtab',
    'extrefsymoff',
    'nextrefsyms',
    'indirectsymoff',
    'nindirectsyms',
    'extreloff',
    'nextrel',
    'locreloff',
    'nlocrel',
  ),
)

const dyldInfo = struct(
  ints(
    'rebase_off',
    'rebase_size',
    'bind_off',
    'bind_size',
    'weak_bind_off',
    'weak_bind_size',
    'lazy_bind_off',
    'lazy_bind_size',
    'export_off',
    'export_size',
  ),
)

const certificate = struct({ issuer: 'text', subject: 'text', is_self_signed: 'bool' })

const buildVersion = struct({
  platform: 'int',
  minos: 'text',
  sdk: 'text',
  ntools: 'int',
  tools: array(struct({ tool: 'int', version: 'text' })),
})

const file: Readonly<Record<string, Type>> = {
  ...ints('magic', 'cputype', 'cpusubtype', 'filetype', 'ncmds', 'sizeofcmds', 'flags', 'reserved'),
  number_of_segments: 'int',
  dynamic_linker: 'text',
  entry_point: 'int',
  stack_size: 'int',
  source_version: 'text',
  symtab,
  dysymtab,
  code_signature_data: struct(ints('dataoff', 'datasize')),
  segments: array(segment),
  dylibs: array(dylib),
  dyld_info: dyldInfo,
  rpaths: array('text'),
  entitlements: array('text'),
  certificates: array(certificate),
  uuid: 'text',
  build_version: buildVersion,
  min_version: struct({ device: 'int', version: 'text', sdk: 'text' }),
  exports: array('text'),
  imports: array('text'),
  linker_options: array('text'),
}

export const machoType = struct({
  ...constants,
  ...functions,
  ...file,
  fat_magic: 'int',
  nfat_arch: 'int',
  fat_arch: array(struct(ints('cputype', 'cpusubtype', 'offset', 'size', 'align', 'reserved'))),
  file: array(struct(file)),
})
