// What the elf module looks like to rules (https://virustotal.github.io/yara-x/docs/modules/elf/).

import type { ArrayType, StructType } from '../module.ts'
import { constants } from './constants.ts'
import { importMd5, telfhash } from './hashes.ts'

const section: StructType = {
  kind: 'struct',
  fields: { type: 'int', flags: 'int', address: 'int', size: 'int', offset: 'int', name: 'text' },
}

const segment: StructType = {
  kind: 'struct',
  fields: {
    type: 'int',
    flags: 'int',
    offset: 'int',
    virtual_address: 'int',
    physical_address: 'int',
    file_size: 'int',
    memory_size: 'int',
    alignment: 'int',
  },
}

const symbols: ArrayType = {
  kind: 'array',
  item: {
    kind: 'struct',
    fields: {
      name: 'text',
      value: 'int',
      size: 'int',
      type: 'int',
      bind: 'int',
      shndx: 'int',
      visibility: 'int',
    },
  },
}

const dynamic: StructType = { kind: 'struct', fields: { type: 'int', val: 'int' } }

export const elfType: StructType = {
  kind: 'struct',
  fields: {
    ...constants,
    type: 'int',
    machine: 'int',
    osabi: 'int',
    entry_point: 'int',
    sh_offset: 'int',
    sh_entry_size: 'int',
    ph_offset: 'int',
    ph_entry_size: 'int',
    number_of_sections: 'int',
    number_of_segments: 'int',
    symtab_entries: 'int',
    dynsym_entries: 'int',
    dynamic_section_entries: 'int',
    sections: { kind: 'array', item: section },
    segments: { kind: 'array', item: segment },
    symtab: symbols,
    dynsym: symbols,
    dynamic: { kind: 'array', item: dynamic },
    import_md5: {
      kind: 'function',
      overloads: [{ args: [], returns: 'text', call: (self, _, context) => importMd5(self, context) }],
    },
    telfhash: {
      kind: 'function',
      overloads: [{ args: [], returns: 'text', call: (self, _, context) => telfhash(self, context) }],
    },
  },
}
