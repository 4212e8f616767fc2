// Lines as 7-Zip 24.09 printed them.

import assert from 'node:assert/strict'
import { test } from 'node:test'

import { MessageLog } from './messages.ts'

const path = '/in/a.rar'
const none = { serial: 0, name: '' }

function problemsOf(lines: readonly string[], item = none): string[] {
  const log = new MessageLog(path)
  for (const line of lines) log.line(line, item)
  return log.takeProblems().map(({ name, code }) => (name === undefined ? code : `${code} ${name}`))
}

test('a sentence about the entry that is being extracted names it', () => {
  const item = { serial: 3, name: 'a : b' }
  assert.deepEqual(problemsOf(['ERROR: CRC Failed : a : b'], item), ['damaged a : b'])
  assert.deepEqual(problemsOf(['ERROR: Unsupported Method : a : b'], item), ['unsupported-method a : b'])
  const wrong = 'ERROR: Data Error in encrypted file. Wrong password? : a : b'
  assert.deepEqual(problemsOf([wrong], item), ['encrypted a : b'])
})

test('what is said of the archive when it opens and again with its properties counts once', () => {
  const lines = [
    'ERRORS:',
    'Unexpected end of archive',
    '',
    '--',
    `Path = ${path}`,
    'ERRORS:',
    'Unexpected end of archive',
  ]
  assert.deepEqual(problemsOf(lines), ['damaged'])
})

test('an archive that cannot be opened is told by its reason alone', () => {
  const opening = [`ERROR: ${path}`, path]
  const failed = 'Open ERROR: Cannot open the file as [7z] archive'
  assert.deepEqual(problemsOf([...opening, failed, '', '', 'ERRORS:', 'Is not archive']), ['damaged'])
  const locked = 'Cannot open encrypted archive. Wrong password?'
  assert.deepEqual(problemsOf([`ERROR: ${path}`, locked]), ['encrypted'])
  const unknown = [`ERROR: ${path}`, 'Cannot open the file as archive', '', '', 'E_NOTIMPL : Not implemented']
  assert.deepEqual(problemsOf(unknown), ['unsupported-method'])
})

test('missing volumes are told by their names, and a damaged file beside them as one that goes on there', () => {
  const log = new MessageLog(path)
  for (const line of ['ERRORS:', 'Missing volume : a.r00', '', 'Multivolume = +']) log.line(line, none)
  log.line('ERROR: CRC Failed : b', { serial: 1, name: 'b' })
  const problems = log.takeProblems().map(({ name, code }) => `${code} ${name ?? ''}`)
  assert.deepEqual(problems, ['missing-volume a.r00', 'missing-volume b'])
})

test('links, appended data and comments are nothing that was not read', () => {
  const lines = [
    'ERROR: Dangerous symbolic link path was ignored : link : /etc/passwd',
    'WARNINGS:',
    'There are data after the end of archive',
    'Physical Size = 100',
    'Comment = ',
    '{',
    'Headers Error',
    '}',
  ]
  assert.deepEqual(problemsOf(lines), [])
})

test('the end of the archive is known where bytes lie behind it', () => {
  const log = new MessageLog(path)
  for (const line of ['Physical Size = 100', 'Offset = 7']) log.line(line, none)
  assert.equal(log.end, undefined)
  log.line('Tail Size = 3', none)
  assert.equal(log.end, 107)
})
