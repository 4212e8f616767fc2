// Golden samples of AutoIt, Chromium's extensions (crx) and Symbian's packages (sis), written by hand. Needs python3, whose
// `random` is the Mersenne Twister that AutoIt uses.

import { deflateSync } from 'node:zlib'

import { PeWriter, addResource } from '../../../src/engine/parsers/pe/pe-writer.ts'
import { payload, writeGoldenSamples } from '../../support/golden.ts'
import { eicar } from '../../support/samples.ts'
import { zipOf } from '../../support/zip-writer.ts'
import { broken, joined, Workshop } from './tools.ts'

using shop = new Workshop()

// ── AutoIt ──

/** By what is published about MyAut2Exe: headers, both ciphers, the compression with literals and matches. */
const autoItWriter = `
import random, struct, sys, zlib
def mt(seed):
    state = [seed & 0xffffffff]
    for i in range(1, 624):
        state.append((1812433253 * (state[-1] ^ (state[-1] >> 30)) + i) & 0xffffffff)
    r = random.Random()
    r.setstate((3, tuple(state + [624]), None))
    return lambda: (r.getrandbits(32) >> 1) & 255
def ranrot(seed):
    words = []
    for i in range(17):
        seed = (1 - seed * 0x53a9b4fb) & 0xffffffff
        words.append(seed)
    place = [0, 10]
    rotate = lambda x, n: ((x << n) | (x >> (32 - n))) & 0xffffffff
    def step():
        a, b = place
        words[a] = (rotate(words[a], 9) + rotate(words[b], 13)) & 0xffffffff
        place[0], place[1] = (a - 1) % 17, (b - 1) % 17
        return words[a]
    for i in range(9): step()
    def byte():
        step()
        return int(step() / 4294967296.0 * 256)
    return byte
def crypt(data, generator):
    return bytes(b ^ generator() for b in data)
def pack(data, version):
    bits = []
    put = lambda value, width: bits.extend((value >> (width - 1 - i)) & 1 for i in range(width))
    literal = 0 if version == 'EA05' else 1
    at = 0
    while at < len(data):
        best, where = 0, 0
        for start in range(max(0, at - 2000), at):
            n = 0
            while n < 400 and at + n < len(data) and data[start + n] == data[at + n]: n += 1
            if n > best: best, where = n, at - start
        if best < 4:
            put(literal, 1); put(data[at], 8); at += 1
            continue
        put(1 - literal, 1); put(where, 15)
        rest = best - 3
        for width in (2, 3, 5, 8):
            top = (1 << width) - 1
            put(min(rest, top), width)
            if rest < top: break
            rest -= top
        else:
            while rest >= 255: put(255, 8); rest -= 255
            put(rest, 8)
        at += best
    bits += [0] * (-len(bits) % 16)
    body = bytes(int(''.join(map(str, bits[i:i + 8])), 2) for i in range(0, len(bits), 8))
    return version.encode() + struct.pack('>I', len(data)) + body
def tokens(lines):
    out = struct.pack('<I', len(lines))
    for line in lines:
        for kind, value in line:
            out += bytes([kind])
            if kind in (0, 1, 5): out += struct.pack('<I', value)
            elif kind >= 0x30 and kind < 0x38:
                out += struct.pack('<I', len(value)) + b''.join(struct.pack('<H', ord(c) ^ len(value)) for c in value)
        out += b'\\x7f'
    return out
def archive(version, entries):
    new = version == 'EA06'
    generator = ranrot if new else mt
    masks = (0xadbc, 0xb33f, 0xf820, 0xf479, 0x87bc, 0xa685, 0x2477) if new else (0x29bc, 0xa25e, 0x29ac, 0xf25e, 0x45aa, 0xc3d2, 0x22af)
    password = bytes(range(40, 56))
    seed = masks[6] + (0 if new else sum(password))
    text = (lambda t: t.encode('utf-16le')) if new else (lambda t: t.encode('latin1'))
    out = bytes.fromhex('a3484bbe986c4aa9994c530a86d6487d') + b'AU3!' + version.encode() + password
    for kind, path, data, packed in entries:
        stored = pack(data, version) if packed else data
        out += bytes.fromhex('6b43ca52' if new else 'ff6db0ce')
        out += struct.pack('<I', len(kind) ^ masks[0]) + crypt(text(kind), generator((masks[1] + len(kind)) & 0xffff))
        out += struct.pack('<I', len(path) ^ masks[2]) + crypt(text(path), generator((masks[3] + len(path)) & 0xffff))
        out += struct.pack('<BIII', packed, len(stored) ^ masks[4], len(data) ^ masks[4], zlib.adler32(stored) ^ masks[5]) + b'\\0' * 16
        out += crypt(stored, generator(seed))
    return out
marker, eicar = sys.argv[1], sys.argv[2].encode()
script = ('; an ordinary comment\\r\\n' * 8 + 'MsgBox(0, "title", "' + marker + '")\\r\\n' * 3).encode()
line = [[(0x31, 'MSGBOX'), (0x47, 0), (5, 64), (0x40, 0), (0x36, 'a "title"'), (0x40, 0), (0x33, 'VAR'), (0x4d, 0), (0x36, marker), (0x48, 0)],
  [(0, 4), (0x32, 'ERROR'), (0x42, 0), (5, 1), (0, 5), (1, 289), (0x47, 0), (0x36, 'cmd.exe'), (0x48, 0)]]
open('ea05', 'wb').write(archive('EA05', [('>AUTOIT SCRIPT<', 'C:\\\\x.au3', script, 1), ('>AUTOIT FILE<', 'eicar.com', eicar, 0)]))
open('wide', 'wb').write(archive('EA05', [('>AUTOIT UNICODE SCRIPT<', 'x.au3', b'\\xff\\xfe' + script.decode().encode('utf-16le'), 1)]))
open('ea06', 'wb').write(archive('EA06', [('>>>AUTOIT SCRIPT<<<', 'C:\\\\x.au3', tokens(line * 6), 1), ('>>>AUTOIT FILE<<<', 'eicar.com', eicar, 1)]))
`
shop.write('autoit.py', autoItWriter)
shop.run('python3', ['autoit.py', payload, eicar])
const [ea05, ea06, wide] = [shop.read('ea05'), shop.read('ea06'), shop.read('wide')]
const interpreter = new PeWriter().build()
const made = 'by hand from what is published about the format, with python3'

writeGoldenSamples('autoit', [
  {
    title: 'EA05 behind the interpreter',
    made,
    covers: ['autoit'],
    finds: ['overlay → script.au3', 'overlay → eicar.com'],
    bytes: joined(interpreter, ea05),
  },
  {
    title: 'EA05 in UTF-16',
    made,
    covers: ['autoit'],
    finds: ['overlay → script.au3'],
    bytes: joined(interpreter, wide),
  },
  {
    title: 'EA06 behind the interpreter',
    made,
    covers: ['autoit'],
    finds: ['overlay → script.au3', 'overlay → eicar.com'],
    bytes: joined(interpreter, ea06),
  },
  {
    title: 'EA06 in a resource',
    made,
    covers: ['autoit'],
    finds: ['resources/RCDATA/SCRIPT/2057 → script.au3'],
    bytes: addResource(new PeWriter(), [10, 'SCRIPT', 2057], Buffer.from(ea06)).build(),
  },
  {
    title: 'EA05, damaged',
    made: `${made}, one byte changed`,
    covers: [],
    finds: ['eicar.com'],
    reasons: ['damaged script.au3'],
    bytes: broken(ea05, 160),
  },
  {
    title: 'EA06, cut off before the script',
    made: `${made}, the end missing`,
    covers: [],
    finds: [],
    reasons: ['damaged script.au3'],
    bytes: ea06.slice(0, 70),
  },
])

// ── crx ──

const extension = zipOf([
  { name: 'manifest.json', data: '{"manifest_version": 3}' },
  { name: 'eicar.com', data: eicar },
])
const words = (...values: readonly number[]): Buffer => {
  const bytes = Buffer.alloc(values.length * 4)
  for (const [index, value] of values.entries()) bytes.writeUInt32LE(value, index * 4)
  return bytes
}
const key = Buffer.alloc(300, 'k')
writeGoldenSamples('crx', [
  {
    title: 'version 2',
    made: 'by hand from the CRX2 description',
    covers: ['crx'],
    finds: ['eicar.com'],
    bytes: joined('Cr24', words(2, key.length, 128), key, Buffer.alloc(128, 's'), extension),
  },
  {
    title: 'version 3',
    made: 'by hand from crx_file/crx3.proto',
    covers: ['crx'],
    finds: ['eicar.com'],
    bytes: joined('Cr24', words(3, key.length), key, extension),
  },
  {
    title: 'cut off in its header',
    made: 'by hand, the end missing',
    covers: [],
    finds: [],
    reasons: ['damaged extension.zip'],
    bytes: joined('Cr24', words(3, 4000), key),
  },
])

// ── SIS ──

interface OldFile {
  readonly name: string
  readonly data: string
}

/** Release 6, names in UTF-16. */
function oldPackage(files: readonly OldFile[], isStored: boolean): Buffer {
  const recordBytes = 28 + 12 + 8
  const dataStart = 72 + 2 + files.length * recordBytes
  const blobs: Buffer[] = []
  let at = dataStart
  const put = (bytes: Buffer): number => {
    blobs.push(bytes)
    at += bytes.length
    return at - bytes.length
  }
  const records = files.map(({ name, data }) => {
    const text = Buffer.from(name, 'utf16le')
    const namePlace = put(text)
    const stored = isStored ? Buffer.from(data) : deflateSync(data)
    const dataPlace = put(stored)
    return words(0, 0, 0, 0, 0, text.length, namePlace, stored.length, dataPlace, data.length, 0, 0)
  })
  const header = Buffer.alloc(72)
  words(1, 0x10003a12, 0x10000419, 0x55555555).copy(header)
  header.writeUInt16LE(1, 18)
  header.writeUInt16LE(files.length, 20)
  header.writeUInt32LE(200, 32)
  header.writeUInt16LE(isStored ? 9 : 1, 36)
  header.writeUInt32LE(74, 52)
  return Buffer.concat([header, Buffer.of(1, 0), ...records, ...blobs])
}

const field = (type: number, ...parts: readonly Buffer[]): Buffer => {
  const value = Buffer.concat(parts)
  return Buffer.concat([words(type, value.length), value, Buffer.alloc(-value.length & 3)])
}
const element = (...parts: readonly Buffer[]): Buffer => {
  const value = Buffer.concat(parts)
  return Buffer.concat([words(value.length), value, Buffer.alloc(-value.length & 3)])
}
const compressed = (data: string, algorithm: number): Buffer => {
  const stored = algorithm === 1 ? deflateSync(data) : Buffer.from(data)
  return field(3, words(algorithm, data.length, 0), stored)
}
const newPackage = (data: readonly string[], algorithm: number): Buffer => {
  const files = data.map((text) => element(compressed(text, algorithm)))
  const unit = element(field(2, words(32), ...files))
  const contents = [compressed('controller', 1), field(30, field(2, words(31), unit))]
  return Buffer.concat([words(0x10201a7a, 0, 0, 0), field(12, ...contents)])
}

const ordinary = { name: '!:\\readme.txt', data: 'An ordinary text. '.repeat(10) }
const oldSpecification = 'by hand from the description of the EPOC installation file format'
const newSpecification = 'by hand from the Symbian OS v9.x SIS file format specification'
writeGoldenSamples('sis', [
  ...[false, true].map((isStored) => ({
    title: `EPOC release 6, ${isStored ? 'stored' : 'packed'}`,
    made: oldSpecification,
    covers: ['sis'],
    finds: ['!:\\eicar.com'],
    bytes: oldPackage([ordinary, { name: '!:\\eicar.com', data: eicar }], isStored),
  })),
  ...[0, 1].map((algorithm) => ({
    title: `Symbian 9, ${algorithm === 0 ? 'stored' : 'packed'}`,
    made: newSpecification,
    covers: ['sis'],
    finds: ['file 2'],
    bytes: newPackage([ordinary.data, eicar], algorithm),
  })),
  {
    title: 'an unknown method',
    made: newSpecification,
    covers: [],
    finds: [],
    reasons: ['unsupported-method file 1'],
    bytes: newPackage([ordinary.data], 7),
  },
  {
    title: 'EPOC release 6, cut off',
    made: `${oldSpecification}, the end missing`,
    covers: [],
    finds: [],
    reasons: ['damaged !:\\readme.txt', 'damaged !:\\readme.txt'],
    bytes: oldPackage([ordinary], false).subarray(0, -6),
  },
  {
    title: 'Symbian 9, ordinary',
    made: newSpecification,
    covers: [],
    finds: [],
    bytes: newPackage([ordinary.data], 1),
  },
])
