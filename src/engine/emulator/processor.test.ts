// The emulated processor beside the real one: the same instructions on the same registers and flags.

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { arch, tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'

import { randomBytes } from '../../../test/support/random.ts'
import { Cpu, eax, ecx, edx, esp, Trap } from './cpu.ts'
import { Memory, MemoryFault } from './memory.ts'
import { step } from './step.ts'

const carry = 1
const parity = 4
const adjust = 0x10
const zero = 0x40
const sign = 0x80
const overflow = 0x800
const all = carry | parity | adjust | zero | sign | overflow
const logical = all & ~adjust
const rotated = carry
const arithmetic = all

/** ModRM C8: the first operand is EAX or a part of it, the second ECX. */
const binary = ['00', '08', '10', '18', '20', '28', '30', '38'].flatMap((opcode, kind) => {
  const flags = [1, 4, 6].includes(kind) ? logical : arithmetic
  const wide = (Number.parseInt(opcode, 16) + 1).toString(16).padStart(2, '0')
  return [
    [`${opcode}c8`, flags],
    [`${wide}c8`, flags],
    [`66${wide}c8`, flags],
    [`${opcode}ec`, flags],
  ] as const
})

/** Shifts by a constant: the overflow flag is defined for one only. */
const shifts = [0xc0, 0xc8, 0xd0, 0xd8, 0xe0, 0xe8, 0xf8].flatMap((modRm, kind) => {
  const code = modRm.toString(16)
  const one = kind < 4 ? carry | overflow : logical
  const many = kind < 4 ? rotated : logical & ~overflow
  return [
    [`d1${code}`, one],
    [`66d1${code}`, one],
    [`d0${code}`, one],
    ...[3, 7, 13, 15, 17, 31].map((by) => [`c1${code}${by.toString(16).padStart(2, '0')}`, many] as const),
    ...[3, 7].map((by) => [`c0${code}0${by}`, many] as const),
    ...[5, 11].map((by) => [`66c1${code}${by.toString(16).padStart(2, '0')}`, many] as const),
  ] as const
})

const others = [
  ['f7d8', arithmetic],
  ['f6d8', arithmetic],
  ['66f7d8', arithmetic],
  ['f7d0', 0],
  ['fec0', arithmetic],
  ['fec9', arithmetic],
  ['66ffc0', arithmetic],
  ['ffc8', arithmetic],
  ['f7e1', carry | overflow],
  ['f6e1', carry | overflow],
  ['66f7e1', carry | overflow],
  ['f7e9', carry | overflow],
  ['f6e9', carry | overflow],
  ['0fafc1', carry | overflow],
  ['69c178563412', carry | overflow],
  ['6bc1f9', carry | overflow],
  ['660fafc1', carry | overflow],
  ['0fa4c805', logical & ~overflow],
  ['0facc811', logical & ~overflow],
  ['660fa4c805', logical & ~overflow],
  ['0fa5d0', 0],
  ['0fc8', 0],
  ['0fa3c8', carry],
  ['0fabc8', carry],
  ['0fb3c8', carry],
  ['0fbbc8', carry],
  ['0fbae811', carry],
  ['0fb6c1', 0],
  ['0fbec5', 0],
  ['0fb7c1', 0],
  ['0fbfc1', 0],
  ['660fbec1', 0],
  ['0fb1ca', arithmetic],
  ['0fc1c8', arithmetic],
  ['86e0', 0],
  ['87c8', 0],
  ['98', 0],
  ['6698', 0],
  ['99', 0],
  ['6699', 0],
  ['9f', 0],
  ['9e', carry | adjust],
  ['f5', carry],
  ['f8', carry],
  ['f9', carry],
  ['04fb', arithmetic],
  ['1580ffffff', arithmetic],
  ['662d3412', arithmetic],
  ['83d0fe', arithmetic],
  ['80dc7f', arithmetic],
  ['6681c8ff00', logical],
  ['84c8', logical],
  ['a900ff00ff', logical],
  ...Array.from({ length: 16 }, (_, code) => [`0f9${code.toString(16)}c0`, 0] as const),
  ...Array.from({ length: 16 }, (_, code) => [`0f4${code.toString(16)}c1`, 0] as const),
] as const

const instructions: readonly (readonly [code: string, flags: number])[] = [...binary, ...shifts, ...others]
const words = [0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff, 0x12345678]
const codeAt = 0x1000

/** Flags that some result leaves behind: others, such as zero without parity, are not told apart (cpu.ts). */
function flagsOf(word: number): number {
  const ofResult = [0, parity, sign, sign | parity, zero | parity][(word >>> 16) % 5] ?? 0
  return (word & (carry | adjust | overflow)) | ofResult | 0x202
}

function emulated(code: string, registers: readonly number[]): number[] {
  const bytes = new Uint8Array(0x2000)
  bytes.set(Buffer.from(code, 'hex'), 0)
  const cpu = new Cpu(new Memory(codeAt, bytes))
  cpu.eip = codeAt
  const [a = 0, c = 0, d = 0, flags = 0] = registers
  cpu.registers[eax] = a
  cpu.registers[ecx] = c
  cpu.registers[edx] = d
  cpu.flags = flags
  step(cpu)
  assert.equal(cpu.eip, codeAt + code.length / 2, `${code}: its length`)
  return [...[eax, ecx, edx].map((register) => cpu.registers[register] ?? 0), cpu.flags].map(
    (word) => word >>> 0,
  )
}

test('arithmetic, logic, shifts and conditions give what the processor gives, flags included', (t) => {
  if (arch() !== 'x64') {
    t.skip('this machine has another processor')
    return
  }
  const folder = mkdtempSync(join(tmpdir(), 'haechi-native-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const program = join(folder, 'native-step')
  const source = join(import.meta.dirname, '../../../test/support/native-step.c')
  execFileSync('gcc', ['-O1', '-o', program, source])
  const random = new Uint32Array(randomBytes(4 * 4000, 7).slice().buffer)
  let next = 0
  const word = (): number => {
    const chosen = random[next++ % random.length] ?? 0
    return chosen % 3 === 0 ? (random[next++ % random.length] ?? 0) : (words[chosen % words.length] ?? 0)
  }
  const cases = instructions.flatMap(([code, mask]) =>
    Array.from({ length: 40 }, () => ({
      code,
      mask,
      registers: [word(), word(), word(), flagsOf(word())],
    })),
  )
  const hex = (numbers: readonly number[]): string => numbers.map((number) => number.toString(16)).join(' ')
  const input = cases.map(({ code, registers }) => `${code} ${hex(registers)}\n`).join('')
  const lines = execFileSync(program, { input, encoding: 'utf8' }).trim().split('\n')
  assert.equal(lines.length, cases.length)
  for (const [index, { code, mask, registers }] of cases.entries()) {
    const expected = (lines[index] ?? '').split(' ').map((text) => Number.parseInt(text, 16))
    const got = emulated(code, registers)
    const masked = (all4: readonly number[]): string => hex([...all4.slice(0, 3), (all4[3] ?? 0) & mask])
    assert.equal(masked(got), masked(expected), `${code} with ${hex(registers)}`)
  }
})

function machine(code: string): Cpu {
  const bytes = new Uint8Array(0x4000)
  bytes.set(Buffer.from(code, 'hex'), 0)
  const cpu = new Cpu(new Memory(codeAt, bytes))
  cpu.eip = codeAt
  cpu.registers[esp] = 0x4000
  return cpu
}

test('division gives quotient and remainder, and traps by zero and by overflow', () => {
  const cpu = machine('f7f1')
  cpu.registers.set([7, 2, 1])
  step(cpu)
  // (2^32 + 7) / 2
  assert.deepEqual([cpu.registers[eax]! >>> 0, cpu.registers[edx]], [0x80000003, 1])
  for (const [a, c, d] of [
    [1, 0, 0],
    [0, 1, 1],
  ]) {
    const trapping = machine('f7f1')
    trapping.registers.set([a!, c!, d!])
    assert.throws(() => step(trapping), Trap)
  }
})

test('string instructions repeat, go backwards, and end by their flag', () => {
  const copy = machine('f3a4')
  copy.registers.set([0, 5, 0, 0, 0, 0, codeAt, codeAt + 0x100])
  step(copy)
  assert.deepEqual([copy.registers[ecx], copy.memory.read16(codeAt + 0x100)], [0, 0xa4f3])
  const find = machine('f2aebaab')
  find.registers.set([0xba, 100, 0, 0, 0, 0, 0, codeAt])
  step(find)
  assert.deepEqual([find.registers[7], find.registers[ecx]], [codeAt + 3, 97])
  const down = machine('fdaa')
  down.registers.set([0x55, 0, 0, 0, 0, 0, 0, codeAt + 0x200])
  step(down)
  step(down)
  assert.deepEqual([down.memory.read8(codeAt + 0x200), down.registers[7]], [0x55, codeAt + 0x1ff])
})

test('calls, stack frames and addressing with index and scale', () => {
  const cpu = machine('e805000000909090909068112233445d8d44950a')
  for (let count = 0; count < 4; count++) step(cpu)
  // call, push 44332211, pop ebp, lea eax, [ebp + edx * 4 + 10]
  assert.equal(cpu.registers[eax], 0x44332211 + 10)
  assert.equal(cpu.memory.read32(cpu.registers[esp]!), codeAt + 5)
})

test('memory that is not there is a fault at its address, and never another region', () => {
  const cpu = machine('a100000080')
  assert.throws(
    () => step(cpu),
    (thrown) => thrown instanceof MemoryFault && thrown.address >>> 0 === 0x80000000,
  )
  assert.throws(() => cpu.memory.read32(codeAt + 0x4000 - 2), MemoryFault)
  assert.throws(() => cpu.memory.write8(codeAt - 1, 0), MemoryFault)
})
