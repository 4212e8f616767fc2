import assert from 'node:assert/strict'
import { test } from 'node:test'

import { writeTable } from './table.ts'
import { createTerminal } from './terminal.ts'

function render(
  head: string[],
  rows: (string | { text: string; style: 'red' })[][],
  color = false,
): string[] {
  const lines: string[] = []
  const stream = { write: (text: string) => lines.push(text), on: () => undefined }
  const terminal = createTerminal({ stdout: stream, stderr: stream, color, quit: () => undefined })
  writeTable(terminal, head, rows)
  return lines.map((line) => line.trimEnd())
}

test('columns are as wide as their widest cell, colour takes no room', () => {
  const rows = [
    ['1', { text: 'sshd', style: 'red' as const }, 'a long last one'],
    ['4711', 'x', ''],
  ]
  assert.deepEqual(render(['PID', 'NAME', 'ARGS'], rows), [
    'PID   NAME  ARGS',
    '1     sshd  a long last one',
    '4711  x',
  ])
  assert.equal(
    render(['PID', 'NAME', 'ARGS'], rows, true)[1],
    '1     \u001b[31msshd\u001b[39m  a long last one',
  )
})

test('what comes from outside is escaped and clipped', () => {
  const [, line] = render(['A', 'B'], [[`\u001b[2J${'x'.repeat(100)}`, 'b']])
  assert.ok(!line?.includes('\u001b'))
  assert.match(line ?? '', /^.{59}… {2}b$/)
})
