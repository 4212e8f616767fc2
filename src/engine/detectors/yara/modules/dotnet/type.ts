// What the dotnet module looks like to rules (https://virustotal.github.io/yara-x/docs/modules/dotnet/).

import type { ArrayType, StructType, Type } from '../module.ts'

function struct(fields: Readonly<Record<string, Type>>): StructType {
  return { kind: 'struct', fields }
}

function array(item: Type): ArrayType {
  return { kind: 'array', item }
}

const version = struct({ major: 'int', minor: 'int', build_number: 'int', revision_number: 'int' })

const method = struct({
  name: 'text',
  visibility: 'text',
  abstract: 'bool',
  static: 'bool',
  virtual: 'bool',
  final: 'bool',
  return_type: 'text',
  number_of_generic_parameters: 'int',
  number_of_parameters: 'int',
  generic_parameters: array('text'),
  parameters: array(struct({ name: 'text', type: 'text' })),
})

const classType = struct({
  fullname: 'text',
  name: 'text',
  namespace: 'text',
  visibility: 'text',
  type: 'text',
  abstract: 'bool',
  sealed: 'bool',
  number_of_base_types: 'int',
  number_of_generic_parameters: 'int',
  number_of_methods: 'int',
  base_types: array('text'),
  generic_parameters: array('text'),
  methods: array(method),
})

export const dotnetType = struct({
  is_dotnet: 'bool',
  module_name: 'text',
  version: 'text',
  number_of_streams: 'int',
  number_of_guids: 'int',
  number_of_resources: 'int',
  /** Declared, but no file has it. */
  number_of_generic_parameters: 'int',
  number_of_classes: 'int',
  number_of_assembly_refs: 'int',
  number_of_modulerefs: 'int',
  number_of_user_strings: 'int',
  number_of_constants: 'int',
  number_of_field_offsets: 'int',
  typelib: 'text',
  streams: array(struct({ name: 'text', offset: 'int', size: 'int' })),
  guids: array('text'),
  constants: array('text'),
  assembly: struct({ name: 'text', culture: 'text', version }),
  assembly_refs: array(struct({ name: 'text', public_key_or_token: 'text', version })),
  resources: array(struct({ offset: 'int', length: 'int', name: 'text' })),
  classes: array(classType),
  field_offsets: array('int'),
  user_strings: array('text'),
  modulerefs: array('text'),
})
