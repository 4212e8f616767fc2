// The external variables that public rule sets expect (filename, filepath, extension, filetype, owner), for one object.

import type { ScanObject } from '../../scan-object.ts'
import type { FileFacts } from '../detector.ts'
import type { ScalarType } from './condition/node.ts'
import type { Variables } from './scanner.ts'

/** Known to every rule without being defined. */
export const fileVariableTypes: Readonly<Record<string, ScalarType>> = {
  filename: 'text',
  filepath: 'text',
  extension: 'text',
  filetype: 'text',
  owner: 'text',
}

/** Values of which only those that a condition asks for are computed. */
export function fileVariables(object: ScanObject, bytes: Uint8Array, file: FileFacts): Variables {
  const name = (object.chain.at(-1) ?? '').split('/').at(-1) ?? ''
  return {
    filename: byteText(name),
    filepath: byteText(object.depth === 0 && file.path !== '' ? file.path : object.chain.join('/')),
    extension: byteText(extensionOf(name)),
    filetype: fileType(bytes),
    owner: byteText(file.owner),
  }
}

/** With its dot; empty where there is none. */
function extensionOf(name: string): string {
  const dot = name.lastIndexOf('.')
  return dot > 0 ? name.slice(dot) : ''
}

/** Rules see the bytes of a name: one character for each. */
function byteText(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1')
}

/** First bytes and the type that rules know them by. */
const types: readonly (readonly [head: string, type: string])[] = [
  ['MZ', 'EXE'],
  ['\x7fELF', 'ELF'],
  ['%PDF', 'PDF'],
  ['{\\rt', 'RTF'],
  ['PK\x03\x04', 'ZIP'],
  ['Rar!', 'RAR'],
  ["7z\xbc\xaf'\x1c", '7Z'],
  ['\x1f\x8b', 'GZIP'],
  ['\xd0\xcf\x11\xe0', 'OLE'],
  ['MDMP', 'MDMP'],
  ['\xfe\xed\xfa\xce', 'MACH-O'],
  ['\xfe\xed\xfa\xcf', 'MACH-O'],
  ['\xce\xfa\xed\xfe', 'MACH-O'],
  ['\xcf\xfa\xed\xfe', 'MACH-O'],
  ['GIF8', 'GIF'],
  ['\x89PNG', 'PNG'],
  ['\xff\xd8\xff', 'JPG'],
  ['MSCF', 'CAB'],
  ['<?php', 'PHP'],
  ['regf', 'REGISTRY'],
]

function fileType(bytes: Uint8Array): string {
  const head = Buffer.from(bytes.subarray(0, 8)).toString('latin1')
  return types.find(([start]) => head.startsWith(start))?.[1] ?? 'UNKNOWN'
}
