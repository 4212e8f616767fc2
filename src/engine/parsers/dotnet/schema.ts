// The columns of the metadata tables (ECMA-335, II.22), by the numbers of the tables.

export const table = {
  module: 0x00,
  typeRef: 0x01,
  typeDef: 0x02,
  field: 0x04,
  methodDef: 0x06,
  param: 0x08,
  interfaceImpl: 0x09,
  memberRef: 0x0a,
  constant: 0x0b,
  customAttribute: 0x0c,
  standAloneSig: 0x11,
  event: 0x14,
  property: 0x17,
  moduleRef: 0x1a,
  typeSpec: 0x1b,
  fieldRva: 0x1d,
  assembly: 0x20,
  assemblyRef: 0x23,
  file: 0x26,
  exportedType: 0x27,
  manifestResource: 0x28,
  nestedClass: 0x29,
  genericParam: 0x2a,
  methodSpec: 0x2b,
  genericParamConstraint: 0x2c,
} as const

/** In a coded index: a tag that stands for no table of the file. */
const noTable = 0xff

/** The tables that a coded index can point into, in the order of its tags (II.24.2.6). */
export const coded = {
  typeDefOrRef: [table.typeDef, table.typeRef, table.typeSpec],
  resolutionScope: [table.module, table.moduleRef, table.assemblyRef, table.typeRef],
  memberRefParent: [table.typeDef, table.typeRef, table.moduleRef, table.methodDef, table.typeSpec],
  hasConstant: [table.field, table.param, table.property],
  // The ninth is the permission, which is no table.
  hasCustomAttribute: [
    table.methodDef,
    table.field,
    table.typeRef,
    table.typeDef,
    table.param,
    table.interfaceImpl,
    table.memberRef,
    table.module,
    noTable,
    table.property,
    table.event,
    table.standAloneSig,
    table.moduleRef,
    table.typeSpec,
    table.assembly,
    table.assemblyRef,
    table.file,
    table.exportedType,
    table.manifestResource,
    table.genericParam,
    table.genericParamConstraint,
    table.methodSpec,
  ],
  customAttributeType: [noTable, noTable, table.methodDef, table.memberRef, noTable],
  hasFieldMarshal: [table.field, table.param],
  hasDeclSecurity: [table.typeDef, table.methodDef, table.assembly],
  hasSemantics: [table.event, table.property],
  methodDefOrRef: [table.methodDef, table.memberRef],
  memberForwarded: [table.field, table.methodDef],
  implementation: [table.file, table.assemblyRef, table.exportedType],
  /** As `implementation`, but an exported type says nothing about a resource. */
  resourceImplementation: [table.file, table.assemblyRef, noTable],
  typeOrMethodDef: [table.typeDef, table.methodDef],
} as const satisfies Record<string, readonly number[]>

/** A number of 1, 2 or 4 bytes, an index into a stream, into a table, or into one of several. */
export type Column =
  | 'u8'
  | 'u16'
  | 'u32'
  | 'string'
  | 'guid'
  | 'blob'
  | { readonly table: number }
  | { readonly coded: keyof typeof coded }

const toTable = (number: number): Column => ({ table: number })
const toOneOf = (kind: keyof typeof coded): Column => ({ coded: kind })

export const columns: readonly (readonly Column[])[] = [
  /* 00 Module */ ['u16', 'string', 'guid', 'guid', 'guid'],
  /* 01 TypeRef */ [toOneOf('resolutionScope'), 'string', 'string'],
  /* 02 TypeDef */ ['u32', 'string', 'string', toOneOf('typeDefOrRef'), toTable(0x04), toTable(0x06)],
  /* 03 FieldPtr */ [toTable(0x04)],
  /* 04 Field */ ['u16', 'string', 'blob'],
  /* 05 MethodPtr */ [toTable(0x06)],
  /* 06 MethodDef */ ['u32', 'u16', 'u16', 'string', 'blob', toTable(0x08)],
  /* 07 ParamPtr */ [toTable(0x08)],
  /* 08 Param */ ['u16', 'u16', 'string'],
  /* 09 InterfaceImpl */ [toTable(0x02), toOneOf('typeDefOrRef')],
  /* 0a MemberRef */ [toOneOf('memberRefParent'), 'string', 'blob'],
  /* 0b Constant */ ['u8', 'u8', toOneOf('hasConstant'), 'blob'],
  /* 0c CustomAttribute */ [toOneOf('hasCustomAttribute'), toOneOf('customAttributeType'), 'blob'],
  /* 0d FieldMarshal */ [toOneOf('hasFieldMarshal'), 'blob'],
  /* 0e DeclSecurity */ ['u16', toOneOf('hasDeclSecurity'), 'blob'],
  /* 0f ClassLayout */ ['u16', 'u32', toTable(0x02)],
  /* 10 FieldLayout */ ['u32', toTable(0x04)],
  /* 11 StandAloneSig */ ['blob'],
  /* 12 EventMap */ [toTable(0x02), toTable(0x14)],
  /* 13 EventPtr */ [toTable(0x14)],
  /* 14 Event */ ['u16', 'string', toOneOf('typeDefOrRef')],
  /* 15 PropertyMap */ [toTable(0x02), toTable(0x17)],
  /* 16 PropertyPtr */ [toTable(0x17)],
  /* 17 Property */ ['u16', 'string', 'blob'],
  /* 18 MethodSemantics */ ['u16', toTable(0x06), toOneOf('hasSemantics')],
  /* 19 MethodImpl */ [toTable(0x02), toOneOf('methodDefOrRef'), toOneOf('methodDefOrRef')],
  /* 1a ModuleRef */ ['string'],
  /* 1b TypeSpec */ ['blob'],
  /* 1c ImplMap */ ['u16', toOneOf('memberForwarded'), 'string', toTable(0x1a)],
  /* 1d FieldRVA */ ['u32', toTable(0x04)],
  /* 1e EncLog */ ['u32', 'u32'],
  /* 1f EncMap */ ['u32'],
  /* 20 Assembly */ ['u32', 'u16', 'u16', 'u16', 'u16', 'u32', 'blob', 'string', 'string'],
  /* 21 AssemblyProcessor */ ['u32'],
  /* 22 AssemblyOS */ ['u32', 'u32', 'u32'],
  /* 23 AssemblyRef */ ['u16', 'u16', 'u16', 'u16', 'u32', 'blob', 'string', 'string', 'blob'],
  /* 24 AssemblyRefProcessor */ ['u32', toTable(0x23)],
  /* 25 AssemblyRefOS */ ['u32', 'u32', 'u32', toTable(0x23)],
  /* 26 File */ ['u32', 'string', 'blob'],
  /* 27 ExportedType */ ['u32', 'u32', 'string', 'string', toOneOf('implementation')],
  /* 28 ManifestResource */ ['u32', 'u32', 'string', toOneOf('resourceImplementation')],
  /* 29 NestedClass */ [toTable(0x02), toTable(0x02)],
  /* 2a GenericParam */ ['u16', 'u16', toOneOf('typeOrMethodDef'), 'string'],
  /* 2b MethodSpec */ [toOneOf('methodDefOrRef'), 'blob'],
  /* 2c GenericParamConstraint */ [toTable(0x2a), toOneOf('typeDefOrRef')],
]
