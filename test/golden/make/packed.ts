// Golden samples of packed programs: PE files written by hand (Microsoft PE Format) whose first section is encrypted and
// whose entry point, in the last section, decrypts it. The code is given as bytes with its assembly beside it.

import { type GoldenSample, payload, writeGoldenSamples } from '../../support/golden.ts'

const base = 0x400000
const dataAt = 0x1000
const codeAt = 0x2000
const dataBytes = 0x200

interface Layout {
  readonly code: readonly number[]
  readonly data: Uint8Array
  readonly flags: number
}

function program({ code, data, flags }: Layout): Uint8Array {
  const file = Buffer.alloc(0x600)
  file.write('MZ', 0, 'latin1')
  file.writeUInt32LE(0x40, 60)
  const pe = 0x40
  file.write('PE\0\0', pe, 'latin1')
  file.writeUInt16LE(0x14c, pe + 4)
  file.writeUInt16LE(2, pe + 6)
  file.writeUInt16LE(0xe0, pe + 20)
  file.writeUInt16LE(0x10f, pe + 22)
  const words: readonly (readonly [number, number])[] = [
    [24, 0x10b],
    [40, codeAt],
    [52, base],
    [56, 0x1000],
    [60, 0x200],
    [80, 0x3000],
    [84, 0x200],
    [116, 16],
  ]
  for (const [offset, value] of words) file.writeUInt32LE(value, pe + offset)
  file.writeUInt16LE(4, pe + 72)
  file.writeUInt16LE(3, pe + 92)
  const table = pe + 24 + 0xe0
  const sections = [
    ['.data', dataAt, 0x200, 0xc0000040],
    ['.pack', codeAt, 0x400, flags],
  ] as const
  for (const [index, [name, address, offset, characteristics]] of sections.entries()) {
    const at = table + index * 40
    file.write(name, at, 'latin1')
    for (const [field, value] of [
      [8, 0x1000],
      [12, address],
      [16, 0x200],
      [20, offset],
      [36, characteristics],
    ] as const) {
      file.writeUInt32LE(value, at + field)
    }
  }
  file.set(data, 0x200)
  file.set(code, 0x400)
  return new Uint8Array(file)
}

const word = (value: number): number[] => [
  value & 255,
  (value >>> 8) & 255,
  (value >>> 16) & 255,
  value >>> 24,
]

const key = 0x5a
const encrypted = new Uint8Array(dataBytes).fill(key)
for (let index = 0; index < payload.length; index++) encrypted[index] = payload.charCodeAt(index) ^ key

// mov esi, data; mov ecx, bytes; l: xor byte [esi], key; inc esi; loop l; ret
const simple = [
  0xbe,
  ...word(base + dataAt),
  0xb9,
  ...word(dataBytes),
  0x80,
  0x36,
  key,
  0x46,
  0xe2,
  0xfa,
  0xc3,
]

/** The same behind an exception: push handler; push fs:[0]; mov fs:[0], esp; int3; nop; the handler moves EIP on. */
function behindException(): number[] {
  const handlerAt = base + codeAt + 0x80
  const start = [
    0x68,
    ...word(handlerAt),
    0x64,
    0xff,
    0x35,
    ...word(0),
    0x64,
    0x89,
    0x25,
    ...word(0),
    0xcc,
    // Not reached: hlt
    0xf4,
    0x64,
    0x8f,
    0x05,
    ...word(0),
    0x83,
    0xc4,
    4,
    ...simple,
  ]
  // mov eax, [esp + 12]; add dword [eax + 0xb8], 2; xor eax, eax; ret
  const handler = [0x8b, 0x44, 0x24, 12, 0x83, 0x80, ...word(0xb8), 2, 0x31, 0xc0, 0xc3]
  const code = [...start]
  while (code.length < 0x80) code.push(0)
  return [...code, ...handler]
}

const samples: readonly GoldenSample[] = [
  {
    title: 'decrypted by a loop in a writable section',
    made: 'written by hand by the PE format',
    covers: ['packed-pe'],
    finds: ['unpacked'],
    bytes: program({ code: simple, data: encrypted, flags: 0xe0000020 }),
  },
  {
    title: 'decrypted behind an exception that the program handles itself',
    made: 'written by hand by the PE format',
    covers: ['packed-pe'],
    finds: ['unpacked'],
    bytes: program({ code: behindException(), data: encrypted, flags: 0x60000020 }),
  },
  {
    title: 'a program that never ends stays as it is',
    made: 'written by hand: jmp $',
    covers: ['packed-pe'],
    finds: [],
    bytes: program({ code: [0xeb, 0xfe], data: encrypted, flags: 0xe0000020 }),
  },
]

writeGoldenSamples('packed', samples)
