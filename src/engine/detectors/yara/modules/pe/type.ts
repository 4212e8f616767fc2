// The structure of the pe module: YARA-X 1.20's, field by field.

import type { FunctionType, StructType, Type } from '../module.ts'
import { constants } from './constants.ts'
import { richFunctions, rootFunctions, signatureFunctions } from './functions.ts'

type Fields = Readonly<Record<string, Type | FunctionType>>

function struct(fields: Fields): StructType {
  return { kind: 'struct', fields }
}

function array(item: Type): Type {
  return { kind: 'array', item }
}

/** `int: 'machine subsystem'` becomes two fields. */
function scalars(names: { readonly int?: string; readonly text?: string; readonly bool?: string }): Fields {
  const fields: Record<string, Type> = {}
  for (const kind of ['int', 'text', 'bool'] as const) {
    for (const name of names[kind]?.split(' ') ?? []) fields[name] = kind
  }
  return fields
}

const version = struct(scalars({ int: 'major minor' }))

const certificateFields = scalars({
  int: 'version not_before not_after',
  text: 'issuer subject thumbprint algorithm algorithm_oid serial',
})

const certificates = array(struct(certificateFields))

const signature = struct({
  ...certificateFields,
  ...scalars({
    int: 'number_of_certificates number_of_countersignatures',
    text: 'digest_alg digest file_digest',
    bool: 'verified',
  }),
  signer_info: struct({
    ...scalars({ text: 'program_name more_info digest digest_alg' }),
    chain: certificates,
  }),
  certificates,
  countersignatures: array(
    struct({
      ...scalars({ int: 'sign_time', text: 'digest digest_alg', bool: 'verified' }),
      chain: certificates,
    }),
  ),
  ...signatureFunctions,
})

const imports = array(
  struct({
    ...scalars({ int: 'number_of_functions', text: 'library_name' }),
    functions: array(struct(scalars({ int: 'ordinal rva', text: 'name' }))),
  }),
)

const headerFields = scalars({
  bool: 'is_pe is_signed',
  text: 'dll_name pdb_path',
  int:
    'machine subsystem opthdr_magic characteristics dll_characteristics timestamp image_base checksum ' +
    'base_of_code base_of_data entry_point entry_point_raw export_timestamp section_alignment file_alignment ' +
    'loader_flags size_of_optional_header size_of_code size_of_initialized_data size_of_uninitialized_data ' +
    'size_of_image size_of_headers size_of_stack_reserve size_of_stack_commit size_of_heap_reserve ' +
    'size_of_heap_commit pointer_to_symbol_table win32_version_value number_of_symbols ' +
    'number_of_rva_and_sizes number_of_sections number_of_imported_functions ' +
    'number_of_delayed_imported_functions number_of_resources number_of_version_infos number_of_imports ' +
    'number_of_delayed_imports number_of_exports number_of_signatures resource_timestamp',
})

const sections = array(
  struct(
    scalars({
      text: 'name full_name',
      int:
        'characteristics raw_data_size raw_data_offset virtual_address virtual_size pointer_to_relocations ' +
        'pointer_to_line_numbers number_of_relocations number_of_line_numbers',
    }),
  ),
)

export const peType: StructType = {
  kind: 'struct',
  fields: {
    ...constants,
    ...headerFields,
    os_version: version,
    subsystem_version: version,
    image_version: version,
    linker_version: version,
    resource_version: version,
    version_info: { kind: 'map', key: 'text', value: 'text' },
    version_info_list: array(struct(scalars({ text: 'key value' }))),
    rich_signature: struct({
      ...scalars({ int: 'offset length key', text: 'raw_data clear_data' }),
      tools: array(struct(scalars({ int: 'toolid version times' }))),
      ...richFunctions,
    }),
    sections,
    data_directories: array(struct(scalars({ int: 'virtual_address size' }))),
    resources: array(
      struct(
        scalars({
          int: 'length rva offset type id language',
          text: 'type_string name_string language_string',
        }),
      ),
    ),
    import_details: imports,
    delayed_import_details: imports,
    export_details: array(struct(scalars({ int: 'ordinal rva offset', text: 'name forward_name' }))),
    signatures: array(signature),
    overlay: struct(scalars({ int: 'offset size' })),
    ...rootFunctions,
  },
}
