import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import { test } from 'node:test'

import { jsonLine } from './json-line.ts'
import { createTerminal, wantsColor } from './terminal.ts'

class Sink extends EventEmitter {
  text = ''
  readonly isTTY: boolean
  constructor(isTTY: boolean) {
    super()
    this.isTTY = isTTY
  }
  write(text: string): boolean {
    this.text += text
    return true
  }
}

test('colour is for terminals, and not when NO_COLOR is set', () => {
  assert.equal(wantsColor(true, {}), true)
  assert.equal(wantsColor(false, {}), false)
  assert.equal(wantsColor(true, { NO_COLOR: '1' }), false)
  assert.equal(wantsColor(true, { NO_COLOR: '' }), true)
  assert.equal(wantsColor(true, { TERM: 'dumb' }), false)
})

test('styled text is escaped, so that it cannot end or change the style', () => {
  const stdout = new Sink(true)
  const terminal = createTerminal({ stdout, stderr: new Sink(true), color: true, quit: () => undefined })
  terminal.out(terminal.style('red', 'a\u001b[0mb'))
  assert.equal(stdout.text, '\u001b[31ma\\x1b[0mb\u001b[39m\n')
})

test('the status line appears on terminals only and is removed before other lines', () => {
  const stderr = new Sink(true)
  const terminal = createTerminal({ stdout: new Sink(false), stderr, color: false, quit: () => undefined })
  terminal.status('half way')
  terminal.err('problem')
  assert.equal(stderr.text, 'half way\r\u001b[Kproblem\n')
  const pipe = new Sink(false)
  createTerminal({ stdout: new Sink(false), stderr: pipe, color: false, quit: () => undefined }).status(
    'half way',
  )
  assert.equal(pipe.text, '')
})

test('a reader that goes away ends the program, unless the command goes on without', () => {
  const stdout = new Sink(false)
  let quit = 0
  const terminal = createTerminal({ stdout, stderr: new Sink(false), color: false, quit: () => quit++ })
  stdout.emit('error', Object.assign(new Error('gone'), { code: 'EPIPE' }))
  assert.equal(quit, 1)
  terminal.whenReaderGone(() => undefined)
  stdout.emit('error', Object.assign(new Error('gone'), { code: 'EPIPE' }))
  assert.equal(quit, 1)
})

test('a JSON line holds no character that a terminal obeys, and loses none', () => {
  const value = { path: 'a\u001b[31m\u009b\u202e\u2028\n\ufeff\ud800"\'' }
  const line = jsonLine(value)
  assert.match(line, /^[\u0020-\u007e]*$/)
  assert.deepEqual(JSON.parse(line), value)
})
