// The small formats: .cfg (switches of ClamAV's modules), .pwdb (passwords of archives), .idb (icons), .cbc (bytecode), .yar.
// Manual, "Dynamic configuration", "Passwords for archive files", "Bytecode signatures", "YARA rules".

import { anyFileType } from './file-types.ts'
import { bytesOfHex } from './hex-run.ts'
import { includesLevel, isNumber } from './level.ts'
import { blankLines, readLines, usualLines } from './lines.ts'
import { badName, nameFrom } from './names.ts'
import { createTally, type Reading, type Verdict } from './reading.ts'
import type { PasswordRecord } from './records.ts'
import { ruleNames } from './rule-names.ts'
import { parseTargetDescription } from './target-description.ts'

export function readCfg(reading: Reading): void {
  readLines(reading, blankLines, readSetting)
}

const modules: ReadonlySet<string> = new Set(
  'PE ELF MACHO ARCHIVE DOCUMENT MAIL OTHER PHISHING BYTECODE STATS PCRE'.split(' '),
)

/** `module:0xflags[:MinFL[:MaxFL]]`; what is no module of 1.4.6 is skipped. */
function readSetting(text: string, line: number, { sink, file }: Reading): Verdict {
  const [module = '', flagText = '', least = '0', most = 'none'] = text.split(':')
  if (!modules.has(module)) return 'unsupported'
  if (!/^[0-9]/.test(least) || (most !== 'none' && !/^[0-9]/.test(most))) return 'excluded'
  const last = most === 'none' ? Number.POSITIVE_INFINITY : Number.parseInt(most, 10)
  if (!includesLevel(Number.parseInt(least, 10), last)) return 'excluded'
  const match = /^0x([0-9a-f]{1,8})/i.exec(flagText)
  if (match === null) return { malformed: 'the flags are not hexadecimal' }
  sink.setting?.({ line, module, flags: Number.parseInt(match[1] ?? '', 16) }, file)
  return 'loaded'
}

export function readPwdb(reading: Reading): void {
  readLines(reading, usualLines, readPassword)
}

const passwordContainers = new Map<string, PasswordRecord['container']>([
  [anyFileType, 'any'],
  ['CL_TYPE_ZIP', 'zip'],
  ['CL_TYPE_RAR', 'rar'],
])

/** `name;target description;0 plain or 1 hexadecimal;password` */
function readPassword(text: string, line: number, { sink, file, ignores }: Reading): Verdict {
  const [latin1 = '', description = '', storage = '', ...rest] = text.split(';')
  // ClamAV ends the password at the next semicolon.
  const [value] = rest
  if (value === undefined) return { malformed: 'the line does not have 4 fields' }
  if (ignores.ignores(latin1, latin1)) return 'ignored'
  const hasTarget = description === '' || description.includes('Target:')
  const target = parseTargetDescription(hasTarget ? description : `${description},Target:0`)
  if (typeof target === 'string' || 'malformed' in target) return target
  const container = passwordContainers.get(target.container ?? anyFileType)
  if (container === undefined) return { malformed: 'the container is neither zip nor rar' }
  if (!isNumber(storage)) return { malformed: 'the kind of storage is not a number' }
  if (Number(storage) > 1) return 'unsupported'
  const password = Number(storage) === 0 ? Uint8Array.from(Buffer.from(value, 'latin1')) : bytesOfHex(value)
  if (password === undefined) return { malformed: 'the password is not hexadecimal' }
  sink.password?.({ name: Buffer.from(latin1, 'latin1').toString('utf8'), line, container, password }, file)
  return 'loaded'
}

export function readIdb(reading: Reading): void {
  readLines(reading, usualLines, readIcon)
}

/** `name:group 1:group 2:metrics`. The metrics are not decoded: nothing here compares icons. */
function readIcon(text: string, line: number, { sink, file, ignores }: Reading): Verdict {
  const fields = text.split(':')
  const [latin1 = '', group1 = '', group2 = '', metrics = ''] = fields
  if (fields.length !== 4 || !/^(?:10|18|20)[0-9a-f]{122}$/i.test(metrics)) {
    return { malformed: 'the line is not name:group:group:metrics with 124 hexadecimal digits' }
  }
  if (ignores.ignores(latin1, text)) return 'ignored'
  const name = nameFrom(latin1)
  if (name === undefined) return { malformed: badName }
  sink.icon?.({ name, line, group1, group2 }, file)
  return 'unsupported'
}

const maxBytecodeHead = 64 * 1024

/** A program in text form: `ClamBC…`, then what it may report, alone or as the start of a logical signature. */
export function readCbc(reading: Reading): void {
  const { file, sink } = reading
  const head = Buffer.from(file.bytes.subarray(0, maxBytecodeHead)).toString('latin1')
  const [magic = '', second = ''] = head.split('\n', 2)
  const tally = createTally(reading)
  const isProgram = magic.startsWith('ClamBC')
  if (isProgram) sink.bytecode?.({ name: nameFrom(second.split(';', 1)[0]?.trim() ?? '') ?? '' }, file)
  tally.add(isProgram ? 'unsupported' : { malformed: 'the file is not bytecode' }, 1)
}

/** Rules are compiled elsewhere; here only their names are looked up. */
export function readYara(reading: Reading): void {
  const { file, sink, counts } = reading
  const rules = ruleNames(
    Buffer.from(file.bytes.buffer, file.bytes.byteOffset, file.bytes.byteLength).toString('latin1'),
  )
  counts.loaded += rules.length
  sink.yara?.({ rules, source: file.bytes }, file)
}

/** Binary or XML formats that nothing here reads: one entry that is not supported. */
export function readUnsupported({ counts }: Reading): void {
  counts.unsupported++
}
