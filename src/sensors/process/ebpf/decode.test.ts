import assert from 'node:assert/strict'
import { test } from 'node:test'

import * as fc from 'fast-check'

import { decodeCall, decodeExec, decodeExit, decodeFork, decodeSeen } from './decode.ts'
import { Call, Exit, Head, Task, Walk, maxArgBytes } from './record.ts'

interface Parts {
  readonly path?: string
  readonly pathState?: number
  readonly args?: Buffer
  readonly wanted?: number
}

function execRecord({ path = 'ls\0bin\0', pathState = Walk.complete, args, wanted }: Parts = {}): Buffer {
  const arguments_ = args ?? Buffer.from('ls\0-l\0')
  const strings = [path, '', '/bin/ls\0', ''].map((text) => Buffer.from(text))
  const record = Buffer.alloc(Task.bytes)
  let end: number = Task.bytes
  for (const [index, at] of [Task.pathEnd, Task.cwdEnd, Task.filenameEnd, Task.interpEnd].entries())
    record.writeUInt32LE((end += strings[index]?.length ?? 0), at)
  record.writeUInt32LE(pathState, Task.pathState)
  record.writeUInt32LE(Walk.complete, Task.cwdState)
  record.writeUInt32LE(arguments_.length, Task.argTaken)
  record.writeUInt32LE(wanted ?? arguments_.length, Task.argBytes)
  record.writeUInt32LE(4711, Head.pid)
  record.write('ls\0', Task.comm)
  return Buffer.concat([record, ...strings, arguments_])
}

test('names from the leaf up are a path, and no name is the root', () => {
  const record = execRecord()
  const fact = decodeExec(record, 0, record.length)
  assert.equal(fact?.executable, '/bin/ls')
  assert.equal(fact.workingDirectory, '/')
  assert.equal(fact.filename, '/bin/ls')
  assert.deepEqual(fact.args, ['ls', '-l'])
  assert.equal(fact.name, 'ls')
  assert.equal(fact.pid, 4711)
})

test('a file of memfd_create is known by having nothing above it', () => {
  const detached = execRecord({ path: 'memfd:x\0', pathState: Walk.detached })
  assert.equal(decodeExec(detached, 0, detached.length)?.memfd, true)
  // A file of that name in a folder is none.
  const named = execRecord({ path: 'memfd:x\0' })
  assert.equal(decodeExec(named, 0, named.length)?.memfd, false)
})

test('cut and unreadable arguments are told, bytes that are no UTF-8 are replaced', () => {
  const cut = execRecord({ args: Buffer.from([0x61, 0xff, 0, 0x62]), wanted: 9000 })
  const fact = decodeExec(cut, 0, cut.length)
  assert.equal(fact?.argsTruncated, true)
  assert.deepEqual(fact.args, ['a\u{fffd}', 'b'])
  const none = execRecord({ args: Buffer.alloc(0), wanted: 10 })
  assert.deepEqual(decodeExec(none, 0, none.length)?.args, [])
  assert.equal(decodeExec(none, 0, none.length)?.argsTruncated, true)
})

test('a group’s end counts before a thread’s', () => {
  const record = Buffer.alloc(Exit.bytes)
  record.writeUInt32LE(5 << 8, Exit.code)
  record.writeUInt32LE(9, Exit.groupCode)
  assert.equal(decodeExit(record, 0).status, 5 << 8)
  record.writeUInt32LE(4, Exit.signalFlags)
  assert.equal(decodeExit(record, 0).status, 9)
})

test('no record makes a decoder throw or give more than it has', () => {
  const good = execRecord()
  const field = fc.tuple(fc.nat(Task.bytes / 4 - 1), fc.integer({ min: 0, max: 0xffff_ffff }))
  fc.assert(
    fc.property(fc.array(field, { maxLength: 6 }), fc.nat(good.length), (fields, length) => {
      const bytes = Buffer.from(good)
      for (const [word, value] of fields) bytes.writeUInt32LE(value, word * 4)
      const fact = decodeExec(bytes, 0, length)
      assert.ok((fact?.args.length ?? 0) <= maxArgBytes)
      decodeSeen(bytes, 0, length)
      decodeFork(bytes, 0)
      decodeExit(bytes, 0)
    }),
    { numRuns: 500 },
  )
  assert.equal(decodeCall(Buffer.alloc(Call.bytes, 0xff), 0).result, -1)
})
