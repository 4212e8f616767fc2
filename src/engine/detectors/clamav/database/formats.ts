// The table of formats: what the end of a file's name says about it. Any other file is none of ClamAV's.

import { readNdb, readDb } from './read-body.ts'
import { readCrb } from './read-certificate.ts'
import { readFtm } from './read-file-type.ts'
import { readHashes } from './read-hash.ts'
import { readIgn } from './read-ignore.ts'
import { readLdb } from './read-logical.ts'
import { readCdb, readRmd, readZmd } from './read-metadata.ts'
import { readCbc, readCfg, readIdb, readPwdb, readUnsupported, readYara } from './read-other.ts'
import { readPdb, readWdb } from './read-phishing.ts'
import type { Reading } from './reading.ts'
import type { HashList } from './records.ts'

export interface Format {
  readonly description: string
  /** Missing for containers and what is only found in them. */
  readonly read?: (reading: Reading) => void
  /** For potentially unwanted applications only: not loaded unless asked for. */
  readonly pua?: true
  /** Its lines are among the signatures that the header of a container counts. */
  readonly counted?: true
}

/** The first level of lines without a size; lists of import tables came later and always had them. */
const anySizeLevel = 73

function hashes(list: HashList, description: string): Format {
  const rules = { list, sizeFirst: list === 'section', anySizeLevel: list === 'imports' ? 0 : anySizeLevel }
  return { description, counted: true, read: (reading) => readHashes(reading, rules) }
}

const ndb: Format = { description: 'body signatures', counted: true, read: readNdb }
const ldb: Format = { description: 'logical signatures', counted: true, read: readLdb }

/** By extension, in lower case. */
export const formats = {
  cvd: { description: 'signed container of databases' },
  cld: { description: 'container of databases, updated in place' },
  cud: { description: 'container of databases without a signature' },
  info: { description: 'list of the members of a container' },
  hdb: hashes('file', 'MD5 of files'),
  hsb: hashes('file', 'SHA-1 and SHA-256 of files'),
  hdu: { ...hashes('file', 'MD5 of potentially unwanted files'), pua: true },
  hsu: { ...hashes('file', 'SHA-1 and SHA-256 of potentially unwanted files'), pua: true },
  mdb: hashes('section', 'MD5 of sections of PE files'),
  msb: hashes('section', 'SHA-1 and SHA-256 of sections of PE files'),
  mdu: { ...hashes('section', 'MD5 of sections of potentially unwanted PE files'), pua: true },
  msu: { ...hashes('section', 'SHA-1 and SHA-256 of sections of potentially unwanted PE files'), pua: true },
  imp: hashes('imports', 'digests of import tables of PE files'),
  fp: hashes('allowed', 'MD5 of harmless files'),
  sfp: hashes('allowed', 'SHA-1 and SHA-256 of harmless files'),
  ndb,
  ndu: { ...ndb, description: 'body signatures of potentially unwanted applications', pua: true },
  sdb: { ...ndb, description: 'body signatures of attacks on ClamAV itself' },
  db: { description: 'body signatures of the oldest form', counted: true, read: readDb },
  ldb,
  ldu: { ...ldb, description: 'logical signatures of potentially unwanted applications', pua: true },
  cdb: { description: 'metadata of archive members', counted: true, read: readCdb },
  zmd: { description: 'metadata of zip members, old form', counted: true, read: readZmd },
  rmd: { description: 'metadata of rar members, old form', counted: true, read: readRmd },
  ign: { description: 'signatures to ignore, old form', read: readIgn },
  ign2: { description: 'signatures to ignore', read: readIgn },
  ftm: { description: 'magic of file types', read: readFtm },
  crb: { description: 'trusted and blocked certificates', read: readCrb },
  pdb: { description: 'hosts that phishing imitates', counted: true, read: readPdb },
  gdb: { description: 'hashes of URLs', counted: true, read: readPdb },
  wdb: { description: 'pairs of links that are no phishing', read: readWdb },
  cfg: { description: "switches of ClamAV's modules", read: readCfg },
  pwdb: { description: 'passwords of archives', read: readPwdb },
  idb: { description: 'icons; counted, not used', counted: true, read: readIdb },
  cbc: { description: 'bytecode; counted, not run', counted: true, read: readCbc },
  cat: { description: 'Authenticode catalogue; not read', read: readUnsupported },
  ioc: { description: 'OpenIOC document; not read', read: readUnsupported },
  yar: { description: 'YARA rules', counted: true, read: readYara },
  yara: { description: 'YARA rules', counted: true, read: readYara },
} as const satisfies Readonly<Record<string, Format>>

const byExtension = new Map<string, Format>(Object.entries(formats))

/** The format of a file of this name and its extension; undefined when it is none. */
export function formatOf(name: string): { readonly extension: string; readonly format: Format } | undefined {
  const extension = name.slice(name.lastIndexOf('.') + 1).toLowerCase()
  const format = name.includes('.') ? byExtension.get(extension) : undefined
  return format && { extension, format }
}
