// Types of three modules, cut down, for this folder's tests; their functions are never called.

import type { FunctionType, Overload, StructType, Type } from '../modules/module.ts'

function declare(...forms: readonly (readonly [Overload['args'], Type])[]): FunctionType {
  return {
    kind: 'function',
    overloads: forms.map(([args, returns]) => ({ args, returns, call: () => undefined })),
  }
}

const pe: StructType = {
  kind: 'struct',
  fields: {
    DLL: { kind: 'constant', type: 'int', value: 0x2000 },
    MACHINE_AMD64: { kind: 'constant', type: 'int', value: 0x8664 },
    is_pe: 'bool',
    is_signed: 'bool',
    characteristics: 'int',
    machine: 'int',
    number_of_sections: 'int',
    pdb_path: 'text',
    sections: {
      kind: 'array',
      item: { kind: 'struct', fields: { name: 'text', raw_data_size: 'int', virtual_address: 'int' } },
    },
    overlay: { kind: 'struct', fields: { offset: 'int', size: 'int' } },
    version_info: { kind: 'map', key: 'text', value: 'text' },
    imphash: declare([[], 'text']),
    is_dll: declare([[], 'bool']),
    section_index: declare([['text'], 'int'], [['int'], 'int']),
    imports: declare([['text'], 'int'], [['text', 'text'], 'bool'], [['regex', 'regex'], 'int']),
  },
}

const math: StructType = {
  kind: 'struct',
  fields: {
    MEAN_BYTES: { kind: 'constant', type: 'float', value: 127.5 },
    entropy: declare([['text'], 'float'], [['int', 'int'], 'float']),
    in_range: declare([['float', 'float', 'float'], 'bool']),
    max: declare([['int', 'int'], 'int']),
  },
}

const hash: StructType = {
  kind: 'struct',
  fields: {
    md5: declare([['text'], 'text'], [['int', 'int'], 'text']),
    sha256: declare([['text'], 'text'], [['int', 'int'], 'text']),
  },
}

export const sampleModules: ReadonlyMap<string, StructType> = new Map([
  ['pe', pe],
  ['math', math],
  ['hash', hash],
])
