import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { Budget, defaultLimits } from '../../../../limits.ts'
import {
  authenticode,
  countersignature,
  identity,
  nameOf,
} from '../../../../parsers/pkcs7/signature-writer.ts'
import {
  addImports,
  addResource,
  halves,
  PeWriter,
  versionInfo,
  withSignatures,
  words,
} from '../../../../parsers/pe/pe-writer.ts'
import type { ArrayType, ModuleContext, Overload, StructType, Type } from '../module.ts'
import { peModule } from './index.ts'

// Expected values follow from what is written into the files, and from YARA-X 1.20 where that leaves a choice.

function contextOf(bytes: Uint8Array): ModuleContext {
  return { bytes, budget: new Budget(defaultLimits), log: () => undefined }
}

type Value = Readonly<Record<string, unknown>>

/** A field by its path: `signatures.0.subject`. */
function field(bytes: Uint8Array, path: string): unknown {
  let value: unknown = peModule.open(contextOf(bytes))
  for (const name of path.split('.')) value = (value as Value | undefined)?.[name]
  return value
}

function structOf(path: readonly string[]): StructType {
  let type: StructType = peModule.type
  for (const name of path) {
    const inner = type.fields[name] as StructType | ArrayType
    type = inner.kind === 'array' ? (inner.item as StructType) : inner
  }
  return type
}

/** The overload as the checker picks it: the first that fits. */
function overloadOf(path: readonly string[], args: readonly unknown[]): Overload {
  const kinds = args.map(
    (arg) => ({ string: 'text', number: 'int', bigint: 'int' })[typeof arg as string] ?? 'regex',
  )
  const called = structOf(path.slice(0, -1)).fields[path.at(-1)!]
  assert.ok(typeof called === 'object' && called.kind === 'function')
  const found = called.overloads.find((overload) => overload.args.join() === kinds.join())
  assert.ok(found)
  return found
}

function call(bytes: Uint8Array, name: string, ...args: readonly unknown[]): unknown {
  const path = name.split('.')
  const self = path.length === 1 ? peModule.open(contextOf(bytes)) : field(bytes, path.slice(0, -1).join('.'))
  return overloadOf(path, args).call(self, args, contextOf(bytes))
}

const imports = { 'KERNEL32.dll': ['ExitProcess', 'GetProcAddress'], 'WS2_32.dll': [115] }

const program = addImports(new PeWriter({ overlay: Buffer.from('xyz') }), imports)
addImports(program, { 'USER32.dll': ['MessageBoxW'], 'KERNEL32.DLL': ['Sleep'] }, { isDelayed: true })
const bytes = addResource(program, [16, 'NAME', 0x10409], versionInfo({ CompanyName: 'Exämple' })).build()

test('header fields have the values of the headers', () => {
  const expected = {
    is_pe: true,
    machine: 0x14c,
    opthdr_magic: 0x10b,
    image_base: 0x400000,
    entry_point: 0x410,
    entry_point_raw: 0x1010,
    'linker_version.major': 14,
    'os_version.major': 6,
    number_of_sections: 1,
    'sections.0.name': '.text',
    'sections.0.raw_data_offset': 0x400,
    'data_directories.1.size': 60,
    'overlay.size': 3,
    base_of_data: 0,
    number_of_signatures: 0,
    is_signed: false,
    pdb_path: undefined,
    dll_name: undefined,
  }
  for (const [path, value] of Object.entries(expected)) assert.equal(field(bytes, path), value, path)
})

test('integers of 64 bits are signed', () => {
  const wide = new PeWriter({ is64: true, imageBase: 0xfffffff140000000n }).build()
  assert.equal(field(wide, 'image_base'), -0xec0000000)
  assert.equal(field(new PeWriter({ is64: true, imageBase: 2n ** 62n }).build(), 'image_base'), 2n ** 62n)
  assert.equal(call(wide, 'is_64bit'), true)
  assert.equal(call(wide, 'is_32bit'), false)
})

test('imports are found by library and function, in any case', () => {
  assert.equal(call(bytes, 'imports', 'kernel32.DLL'), 2)
  assert.equal(call(bytes, 'imports', 'kernel32.dll', 'EXITPROCESS'), true)
  assert.equal(call(bytes, 'imports', 'kernel32.dll', 'Sleep'), false)
  assert.equal(call(bytes, 'imports', 'kernel32', 'ExitProcess'), false)
  assert.equal(call(bytes, 'imports', 'ws2_32.dll', 115), 1)
  assert.equal(call(bytes, 'imports', 'ws2_32.dll', 'wsastartup'), true)
  assert.equal(call(bytes, 'imports', /^K/, /Proc/), 2)
  assert.equal(call(bytes, 'imports', /^k/, /Proc/), 0)
  assert.equal(field(bytes, 'number_of_imports'), 2)
  assert.equal(field(bytes, 'number_of_imported_functions'), 3)
})

test('the kind of import is chosen by flags', () => {
  assert.equal(call(bytes, 'imports', 1, 'kernel32.dll'), 2)
  assert.equal(call(bytes, 'imports', 2, 'kernel32.dll'), 1)
  assert.equal(call(bytes, 'imports', 3, 'kernel32.dll'), 3)
  assert.equal(call(bytes, 'imports', 0, 'kernel32.dll'), 0)
  assert.equal(call(bytes, 'imports', 2, 'kernel32.dll', 'sleep'), true)
  assert.equal(call(bytes, 'imports', 1, 'ws2_32.dll', 115), true)
  assert.equal(call(bytes, 'imports', 3, /32/, /./), 5)
  assert.equal(call(bytes, 'imports', 2n ** 62n + 2n, /32/, /./), 2)
})

test('addresses of imports are those of the address table', () => {
  assert.equal(
    call(bytes, 'import_rva', 'kernel32.dll', 'exitprocess'),
    field(bytes, 'import_details.0.functions.0.rva'),
  )
  assert.equal(call(bytes, 'import_rva', 'ws2_32.dll', 115), field(bytes, 'import_details.1.functions.0.rva'))
  assert.equal(call(bytes, 'import_rva', 'ws2_32.dll', 116), undefined)
  const rva = field(bytes, 'delayed_import_details.0.functions.0.rva')
  assert.equal(call(bytes, 'delayed_import_rva', 'user32.dll', 'MessageBoxW'), rva)
})

test('version information is a map and a list', () => {
  const company = Buffer.from('Exämple').toString('latin1')
  assert.deepEqual([...(field(bytes, 'version_info') as Map<string, string>)], [['CompanyName', company]])
  assert.equal(field(bytes, 'version_info_list.0.value'), company)
  assert.equal(field(bytes, 'number_of_version_infos'), 1)
})

test('resources have numbers or the bytes of their names', () => {
  assert.equal(field(bytes, 'number_of_resources'), 1)
  assert.equal(field(bytes, 'resource_timestamp'), 0x12345678)
  assert.equal(field(bytes, 'resource_version.minor'), 2)
  assert.equal(field(bytes, 'resources.0.type'), 16)
  assert.equal(field(bytes, 'resources.0.type_string'), undefined)
  assert.equal(field(bytes, 'resources.0.id'), undefined)
  assert.equal(field(bytes, 'resources.0.name_string'), 'N\0A\0M\0E\0')
  assert.equal(field(bytes, 'resources.0.language'), 0x10409)
  assert.equal(call(bytes, 'locale', 0x409), true)
  assert.equal(call(bytes, 'locale', 0x10409), false)
  assert.equal(call(bytes, 'language', 9), true)
  assert.equal(call(bytes, 'language', -1), false)
})

test('sections and offsets are looked up', () => {
  assert.equal(call(bytes, 'section_index', '.text'), 0)
  assert.equal(call(bytes, 'section_index', '.TEXT'), undefined)
  assert.equal(call(bytes, 'section_index', 0x400), 0)
  assert.equal(call(bytes, 'section_index', 0x3ff), undefined)
  assert.equal(call(bytes, 'section_index', 2n ** 62n), undefined)
  assert.equal(call(bytes, 'rva_to_offset', 0x1010), 0x410)
  assert.equal(call(bytes, 'rva_to_offset', -1), undefined)
  assert.equal(call(bytes, 'rva_to_offset', 2 ** 32), undefined)
  assert.equal(call(bytes, 'is_dll'), false)
})

test('exports are looked up by name, ordinal and pattern', () => {
  const writer = new PeWriter()
  const start = writer.next
  const text = 'e.dll\0Alpha\0Beta\0'
  const texts = start + 40 + 8 + 8 + 4
  const table = Buffer.concat([
    words(0, 1, 0, texts, 10, 2, 2, start + 40, start + 48, start + 56),
    words(1, 2),
    words(texts + 6, texts + 12),
    halves(0, 1),
    Buffer.from(text),
  ])
  const library = writer.directory(0, writer.add(table), table.length).build()
  assert.equal(field(library, 'dll_name'), 'e.dll')
  assert.equal(field(library, 'number_of_exports'), 2)
  assert.equal(call(library, 'exports', 'BETA'), true)
  assert.equal(call(library, 'exports', 'Gamma'), false)
  assert.equal(call(library, 'exports', 11), true)
  assert.equal(call(library, 'exports', /^A/), true)
  assert.equal(call(library, 'exports_index', 'beta'), 1)
  assert.equal(call(library, 'exports_index', 10), 0)
  assert.equal(call(library, 'exports_index', 12), undefined)
  assert.equal(call(library, 'exports_index', /ta$/), 1)
  assert.equal(field(library, 'export_details.1.offset'), 2)
})

test('tools in the Rich header are counted by version and number', () => {
  const stub = Buffer.concat([
    words(0x536e6144, 0, 0, 0, 0x00937809, 7, 0x00937809, 3, 0x00010002, 5),
    Buffer.from('Rich'),
    words(0),
  ])
  const rich = new PeWriter({ stub }).build()
  assert.equal(call(rich, 'rich_signature.version', 30_729), 10)
  assert.equal(call(rich, 'rich_signature.toolid', 1), 5)
  assert.equal(call(rich, 'rich_signature.version', 30_729, 0x93), 10)
  assert.equal(call(rich, 'rich_signature.toolid', 0x93, 30_729), 10)
  assert.equal(call(rich, 'rich_signature.toolid', 0x93, 1), 0)
  assert.equal(field(rich, 'rich_signature.offset'), 0x80)
  assert.equal(field(rich, 'rich_signature.tools.2.toolid'), 1)
})

const signer = identity({ name: nameOf({ '2.5.4.6': 'KR', '2.5.4.3': 'Signer' }), serial: 0x2a })

test('signatures have the fields of the signer and of its certificates', () => {
  const blob = authenticode({
    signer,
    certificates: [signer],
    digest: Buffer.alloc(32, 0xab),
    unsigned: (signature) => [countersignature(signer, signature, '250102030405Z')],
  })
  const signed = withSignatures(new PeWriter().build(), [blob])
  const expected = {
    number_of_signatures: 1,
    is_signed: false,
    'signatures.0.subject': '/C=KR/CN=Signer',
    'signatures.0.issuer': '/C=KR/CN=Signer',
    'signatures.0.serial': '00:2a',
    'signatures.0.version': 3,
    'signatures.0.algorithm': 'sha256WithRSAEncryption',
    'signatures.0.algorithm_oid': '1.2.840.113549.1.1.11',
    'signatures.0.not_before': 1_577_934_245,
    'signatures.0.digest': 'ab'.repeat(32),
    'signatures.0.digest_alg': 'sha256',
    'signatures.0.verified': false,
    'signatures.0.number_of_certificates': 1,
    'signatures.0.signer_info.digest_alg': 'sha256',
    'signatures.0.signer_info.program_name': undefined,
    'signatures.0.certificates.0.serial': '00:2a',
    'signatures.0.countersignatures.0.verified': true,
    'signatures.0.countersignatures.0.sign_time': 1_735_787_045,
    'signatures.0.countersignatures.0.chain.0.subject': '/C=KR/CN=Signer',
  }
  for (const [path, value] of Object.entries(expected)) assert.equal(field(signed, path), value, path)
  const { call: validOn } = overloadOf(['signatures', 'valid_on'], [0])
  const self = field(signed, 'signatures.0')
  assert.equal(validOn(self, [1_577_934_244], contextOf(signed)), false)
  assert.equal(validOn(self, [1_577_934_245], contextOf(signed)), true)
})

test('without a PE file the functions that count and search still have values', () => {
  const other = Buffer.from('no program')
  assert.equal(field(other, 'is_pe'), false)
  for (const path of ['machine', 'number_of_sections', 'number_of_signatures', 'is_signed', 'overlay.size']) {
    assert.equal(field(other, path), undefined, path)
  }
  assert.deepEqual(field(other, 'sections'), [])
  assert.deepEqual(field(other, 'signatures'), [])
  for (const name of ['imphash', 'calculate_checksum', 'is_dll', 'is_32bit', 'is_64bit']) {
    assert.equal(call(other, name), undefined, name)
  }
  assert.equal(call(other, 'rva_to_offset', 1), undefined)
  assert.equal(call(other, 'section_index', 1), undefined)
  assert.equal(call(other, 'exports_index', 1), undefined)
  assert.equal(call(other, 'imports', 'kernel32.dll'), 0)
  assert.equal(call(other, 'imports', 'kernel32.dll', 'f'), false)
  assert.equal(call(other, 'exports', 'f'), false)
  assert.equal(call(other, 'locale', 1033), false)
  assert.equal(call(other, 'rich_signature.version', 1), 0)
})

test('a file that ends before its optional header does has zeros', () => {
  const cut = bytes.subarray(0, 0x100 + 24)
  assert.equal(field(cut, 'is_pe'), true)
  assert.equal(field(cut, 'opthdr_magic'), 0)
  assert.equal(field(cut, 'subsystem_version.major'), 0)
  assert.equal(field(cut, 'base_of_data'), undefined)
  assert.equal(field(cut, 'overlay.offset'), 0)
  assert.equal(call(cut, 'is_32bit'), false)
})

test('constants are those of the format', () => {
  const constant = (name: string): unknown => {
    const found = peModule.type.fields[name]
    return typeof found === 'object' && found.kind === 'constant' ? found.value : undefined
  }
  assert.equal(constant('MACHINE_AMD64'), 0x8664)
  assert.equal(constant('DLL'), 0x2000)
  assert.equal(constant('SECTION_MEM_WRITE'), 0x80000000)
  assert.equal(constant('IMAGE_DIRECTORY_ENTRY_COM_DESCRIPTOR'), 14)
  assert.equal(constant('RESOURCE_TYPE_VERSION'), 16)
  assert.equal(constant('IMPORT_ANY'), 3)
})

/** Whether a value is what its type says. */
function assertType(value: unknown, type: Type, path: string): void {
  if (type === 'int')
    assert.ok(value === undefined || typeof value === 'number' || typeof value === 'bigint', path)
  else if (type === 'text') assert.ok(value === undefined || typeof value === 'string', path)
  else if (type === 'bool') assert.ok(value === undefined || typeof value === 'boolean', path)
  else if (typeof type === 'string') assert.fail(path)
  else if (type.kind === 'array') {
    assert.ok(Array.isArray(value), path)
    for (const item of value.slice(0, 50)) assertType(item, type.item, `${path}[]`)
  } else if (type.kind === 'map') assert.ok(value instanceof Map, path)
  else {
    assert.ok(typeof value === 'object' && value !== null, path)
    for (const [name, inside] of Object.entries(type.fields)) {
      if (typeof inside === 'object' && (inside.kind === 'function' || inside.kind === 'constant')) continue
      assertType((value as Value)[name], inside, `${path}.${name}`)
    }
  }
}

test('changed files: every field has its type', () => {
  const signed = withSignatures(bytes, [
    authenticode({ signer, certificates: [signer], digest: Buffer.alloc(32) }),
  ])
  const change = fc.tuple(fc.nat(signed.length - 1), fc.nat(255))
  fc.assert(
    fc.property(
      fc.array(change, { maxLength: 6 }),
      fc.integer({ min: 0, max: signed.length }),
      (changes, cut) => {
        const changed = Buffer.from(signed)
        for (const [at, value] of changes) changed[at] = value
        for (const variant of [changed, changed.subarray(0, cut)]) {
          assertType(peModule.open(contextOf(variant)), peModule.type, 'pe')
        }
      },
    ),
    { numRuns: 150 },
  )
})
