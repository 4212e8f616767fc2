import assert from 'node:assert/strict'
import { test } from 'node:test'

import { bytesSource } from '../../source/byte-source.ts'
import type { FileFacts } from '../detector.ts'
import { fileVariables, fileVariableTypes } from './variables.ts'

const unknownFile: FileFacts = { path: '', owner: '' }

function variablesOf(
  chain: readonly string[],
  bytes: string,
  file: FileFacts = unknownFile,
): Readonly<Record<string, unknown>> {
  const data = Buffer.from(bytes, 'latin1')
  return fileVariables({ chain, depth: chain.length - 1, source: bytesSource(data), head: data }, data, file)
}

test('every variable that rules know has a text', () => {
  const values = variablesOf(['a'], '')
  assert.deepEqual(Object.keys(values).toSorted(), Object.keys(fileVariableTypes).toSorted())
  for (const value of Object.values(values)) assert.equal(typeof value, 'string')
})

for (const [name, extension] of [
  ['report.pdf.exe', '.exe'],
  ['none', ''],
  ['.hidden', ''],
  ['.hidden.txt', '.txt'],
  ['ends.', '.'],
  ['', ''],
] as const) {
  test(`the extension of "${name}" is "${extension}"`, () => {
    assert.equal(variablesOf([name], '')['extension'], extension)
  })
}

test('of a member the name is its own and the path the way to it', () => {
  const values = variablesOf(['out.zip', 'dir/in.txt'], '', { path: '/srv/out.zip', owner: 'me' })
  assert.deepEqual(
    [values['filename'], values['filepath'], values['extension'], values['owner']],
    ['in.txt', 'out.zip/dir/in.txt', '.txt', 'me'],
  )
})

test('of the file itself the path is the one that it was scanned by, where it has one', () => {
  assert.equal(variablesOf(['a.txt'], '', { path: '/srv/a.txt', owner: '' })['filepath'], '/srv/a.txt')
  assert.equal(variablesOf(['a.txt'], '')['filepath'], 'a.txt')
})

test('rules see the bytes of a name', () => {
  assert.equal(variablesOf(['ä.txt'], '')['filename'], '\xc3\xa4.txt')
})

for (const [bytes, type] of [
  ['MZ\x90', 'EXE'],
  ['\x7fELF\x02', 'ELF'],
  ['%PDF-1.4', 'PDF'],
  ['{\\rtf1', 'RTF'],
  ['PK\x03\x04', 'ZIP'],
  ['PK\x05\x06', 'UNKNOWN'],
  ['\xd0\xcf\x11\xe0\xa1', 'OLE'],
  ['\x89PNG\r\n', 'PNG'],
  ['\xcf\xfa\xed\xfe', 'MACH-O'],
  ['M', 'UNKNOWN'],
  ['', 'UNKNOWN'],
] as const) {
  test(`the type of ${JSON.stringify(bytes)} is ${type}`, () => {
    assert.equal(variablesOf(['a'], bytes)['filetype'], type)
  })
}
