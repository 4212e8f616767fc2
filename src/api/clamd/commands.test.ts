import assert from 'node:assert/strict'
import { test } from 'node:test'

import { commandNames, formOf, isSessionCommand, parseCommand } from './commands.ts'

test('the commands are those that clamd 1.4.6 lists, in its order', () => {
  assert.equal(
    commandNames.join(' '),
    'SCAN QUIT RELOAD PING CONTSCAN VERSIONCOMMANDS VERSION END SHUTDOWN MULTISCAN FILDES STATS IDSESSION INSTREAM DETSTATSCLEAR DETSTATS ALLMATCHSCAN',
  )
})

test('the first byte says the form', () => {
  assert.deepEqual(
    ['n', 'z', 'P', '\0', '\xff'].map((letter) => formOf(letter.charCodeAt(0))),
    ['n', 'z', 'old', 'old', 'old'],
  )
})

test('a path is everything behind the first space, spaces included', () => {
  const parsed = parseCommand('z', 'SCAN /a b \r')
  assert.deepEqual(parsed, { form: 'z', name: 'SCAN', argument: '/a b \r' })
  assert.equal(parseCommand('n', 'SCAN  /x').argument, ' /x')
  assert.equal(parseCommand('n', 'SCAN ').argument, '')
})

test('line ends are dropped where a line feed ends the command, and nowhere else', () => {
  assert.equal(parseCommand('n', 'PING\r').name, 'PING')
  assert.equal(parseCommand('old', 'PING\r\n\0').name, 'PING')
  assert.equal(parseCommand('z', 'PING\r').name, '')
})

test('an argument too many or too few, other letters and names of objects are no command', () => {
  for (const text of ['SCAN', 'PING x', 'ping', '', ' PING', 'toString', '__proto__', 'constructor x']) {
    assert.equal(parseCommand('z', text).name, '', text)
  }
})

test('only old commands have the old form', () => {
  const old = commandNames.filter(
    (name) => parseCommand('old', name).name !== '' || parseCommand('old', `${name} /x`).name !== '',
  )
  assert.deepEqual(old, [
    'SCAN',
    'QUIT',
    'RELOAD',
    'PING',
    'CONTSCAN',
    'VERSION',
    'SHUTDOWN',
    'MULTISCAN',
    'FILDES',
    'DETSTATSCLEAR',
    'DETSTATS',
  ])
})

test('a session has few commands', () => {
  assert.deepEqual(
    commandNames.filter((name) => isSessionCommand(name)),
    ['SCAN', 'PING', 'VERSIONCOMMANDS', 'VERSION', 'END', 'FILDES', 'STATS', 'INSTREAM'],
  )
})
