// Golden samples of programs packed by UPX. Needs upx 4 (Debian's upx-ucl; `UPX_PROGRAM` names another path), gcc and its cross
// compilers for Windows (gcc-mingw-w64), ARM and ARM64.

import { type GoldenSample, payload, writeGoldenSamples } from '../../support/golden.ts'
import { broken, joined, Workshop } from './tools.ts'

using shop = new Workshop()

const upx = process.env['UPX_PROGRAM'] ?? 'upx'

/** Calls and jumps for the filters, and data enough that packing pays. */
shop.write(
  'main.c',
  `const char text[] = "${payload}";
static const char filler[12000] = {1, 2, 3};
static volatile int sink = 1;
static __attribute__((noinline)) int f(int x) { return x * 3 + text[x & 15]; }
static __attribute__((noinline)) int g(int x) { return x & 1 ? f(x) + f(x + 1) : f(x + 2); }
static __attribute__((noinline)) int h(int x) { return g(x) + g(x + 1) * f(x); }
void __main(void) {}
void start(void) { for (int i = 0; i < 100; i++) sink += g(i) + h(i) + filler[i]; for (;;) sink += h(sink); }
int main(void) { start(); return 0; }
`,
)
const methods = ['--nrv2b', '--nrv2d', '--nrv2e', '--lzma'] as const

function compiled(compiler: string, options: readonly string[]): string {
  shop.run(compiler, ['-O1', '-s', ...options, '-o', 'program.bin', 'main.c'])
  return 'program.bin'
}

/** Always the same bytes: times are in none of these files. */
function packed(...options: readonly string[]): Uint8Array {
  shop.run(upx, ['-q', '--force', ...options, '-o', 'packed', 'program.bin'])
  const bytes = shop.read('packed')
  shop.run('rm', ['packed'])
  return bytes
}

const version = 'upx 4.2.2'
const unpacked = (title: string, made: string, id: string, bytes: Uint8Array): GoldenSample => ({
  title,
  made,
  covers: [id],
  finds: ['unpacked'],
  bytes,
})

/** As malware does it, to keep `upx -d` from working. */
function wiped(bytes: Uint8Array, ...texts: readonly string[]): Uint8Array {
  const copy = Buffer.from(bytes)
  for (const text of texts) {
    for (let at = copy.indexOf(text); at >= 0; at = copy.indexOf(text, at + 1))
      copy.fill('?', at, at + text.length)
  }
  return new Uint8Array(copy)
}

/** The 32 bytes of the header, too. */
function withoutPackHeader(bytes: Uint8Array): Uint8Array {
  const copy = Buffer.from(bytes)
  const at = copy.indexOf('UPX!')
  copy.fill(0, at, at + 32)
  return wiped(copy, 'UPX0', 'UPX1')
}

const samples: GoldenSample[] = []
const windows = { i686: '_start', x86_64: 'start' } as const
for (const [target, entry] of Object.entries(windows)) {
  compiled(`${target}-w64-mingw32-gcc`, ['-nostdlib', '-Wl,--no-insert-timestamp', `-Wl,--entry=${entry}`])
  const made = `gcc-mingw-w64 12, ${version}`
  for (const method of methods) {
    const bytes = packed(method)
    samples.push(unpacked(`PE, ${target}, ${method.slice(2)}`, `${made} ${method}`, 'upx-pe', bytes))
    if (method === '--nrv2e' || method === '--lzma') {
      const title = `PE, ${target}, ${method.slice(2)}, header and names wiped`
      samples.push(unpacked(title, `${made} ${method}`, 'upx-pe', withoutPackHeader(bytes)))
    }
  }
}
samples.push({
  title: 'PE, damaged',
  made: `gcc-mingw-w64 12, ${version} --nrv2b, one byte changed`,
  covers: [],
  finds: [],
  reasons: ['damaged unpacked'],
  bytes: damaged(packed('--nrv2b')),
})

/** In the middle of what is packed. */
function damaged(bytes: Uint8Array): Uint8Array {
  return broken(bytes, Buffer.from(bytes).indexOf('UPX!') + 32 + 200)
}

const linux = {
  i386: ['gcc', '-m32', '-nostdlib', '-static', '-Wl,--entry=start'],
  amd64: ['gcc', '-nostdlib', '-static', '-Wl,--entry=start'],
  'amd64, position-independent': ['gcc', '-pie', '-fPIE'],
  arm: ['arm-linux-gnueabihf-gcc', '-nostdlib', '-static', '-marm', '-Wl,--entry=start'],
  arm64: ['aarch64-linux-gnu-gcc', '-nostdlib', '-static', '-Wl,--entry=start'],
} as const
for (const [name, [compiler, ...options]] of Object.entries(linux)) {
  compiled(compiler, [...options, '-Wl,--build-id=none'])
  const made = `${compiler} 12, ${version}`
  for (const method of methods) {
    const isFew = name !== 'amd64' && name !== 'i386'
    if (isFew && method !== '--nrv2e' && method !== '--lzma') continue
    const bytes = packed(method)
    samples.push(unpacked(`ELF, ${name}, ${method.slice(2)}`, `${made} ${method}`, 'upx-elf', bytes))
    if (method === '--nrv2d') {
      samples.push(
        unpacked(`ELF, ${name}, magic wiped`, `${made} ${method}`, 'upx-elf', wiped(bytes, 'UPX!')),
      )
    }
  }
  if (name !== 'amd64') continue
  const bytes = packed('--nrv2e')
  samples.push({
    title: 'ELF, cut off',
    made: `${made} --nrv2e, the end missing`,
    covers: [],
    finds: [],
    reasons: ['damaged unpacked'],
    bytes: bytes.slice(0, 300),
  })
}
samples.push({
  title: 'an ordinary program with the letters of the magic',
  made: 'gcc 12',
  covers: [],
  finds: [],
  bytes: ordinary(),
})

function ordinary(): Uint8Array {
  shop.write(
    'main.c',
    'const char text[] = "made to look for UPX! and UPX0"; void start(void) { for (;;); }\n',
  )
  return joined(
    shop.read(compiled('gcc', ['-nostdlib', '-static', '-Wl,--entry=start', '-Wl,--build-id=none'])),
  )
}

writeGoldenSamples('upx', samples)
