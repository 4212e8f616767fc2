// Golden samples of compiled Python (pyc) and PyInstaller. Needs several versions of Python, chosen by pyenv.

import { type GoldenSample, payload, writeGoldenSamples } from '../../support/golden.ts'
import { eicar } from '../../support/samples.ts'
import { broken, Workshop } from './tools.ts'

using shop = new Workshop()

const versions = [
  '2.7.18',
  '3.6.15',
  '3.7.16',
  '3.8.18',
  '3.9.18',
  '3.10.13',
  '3.11.7',
  '3.12.1',
  '3.13.0',
] as const

function python(version: string, script: string): void {
  shop.write('script.py', script)
  shop.run('env', [`PYENV_VERSION=${version}`, 'PYTHONHASHSEED=0', 'python', 'script.py'])
}

shop.write(
  'module.py',
  `import os, sys
class Ordinary(object):
    """An ordinary class with the text ${payload}."""
    table = {1: (2.5, 3j, 10 ** 20), 'k': [None, True, frozenset([1, 2])]}
    def method(self, argument, *rest):
        def inner(x=u"\\u00fcmlaut"):
            return [lambda y: y + x for _ in rest]
        return inner, os.path.join(argument, "name")
`,
)

const compile = (source: string): string => `
import py_compile, os
os.utime('${source}', (1000000000, 1000000000))
py_compile.compile('${source}', cfile='out.pyc', dfile='${source}')
`

function compiled(version: string, source: string): Uint8Array {
  python(version, compile(source))
  return shop.read('out.pyc')
}

shop.write('ordinary.py', 'import base64\ndecode = base64.b64decode\n')
/** A binary constant, as packers have it. */
const zlibConstant = `
import zlib
data = zlib.compress(b"${payload} " + bytes(range(256)))
text = 'import zlib\\nblob = ' + repr(data) + '\\n'
open('blob.py', 'w').write(text)
${compile('blob.py')}
`

const pycSamples: GoldenSample[] = versions.map((version) => ({
  title: `Python ${version}`,
  made: `py_compile of Python ${version}`,
  covers: ['pyc'],
  finds: ['strings'],
  bytes: compiled(version, 'module.py'),
}))
python('3.11.7', zlibConstant)
pycSamples.push({
  title: 'a constant that is a zlib stream',
  made: 'py_compile of Python 3.11.7',
  covers: ['pyc'],
  finds: ['constants/1 → decoded'],
  bytes: shop.read('out.pyc'),
})
const plain = compiled('3.12.1', 'ordinary.py')
pycSamples.push(
  { title: 'an ordinary module', made: 'py_compile of Python 3.12.1', covers: [], finds: [], bytes: plain },
  {
    title: 'cut off',
    made: 'py_compile of Python 3.12.1, the end missing',
    covers: [],
    finds: [],
    reasons: ['damaged strings'],
    bytes: plain.slice(0, -30),
  },
)
writeGoldenSamples('pyc', pycSamples)

/** By PyInstaller's archive/writers.py: what its bootloader reads. */
const archive = (options: { readonly isOld: boolean; readonly badKey?: boolean }): string => `
import marshal, struct, sys, zlib
isOld = ${options.isOld ? 'True' : 'False'}
def code(text, name):
    return marshal.dumps(compile(text, name, 'exec'))
pieces = b'PYZ\\0' + b'\\0' * 8
try:
    import importlib.util
    magic = importlib.util.MAGIC_NUMBER
except ImportError:
    import imp
    magic = imp.get_magic()
toc = []
for name, text in (('ordinary', 'x = 1\\n'), ('pkg.hidden', 'y = "${payload}"\\n')):
    packed = zlib.compress(code(text, name + '.py'))
    ${options.badKey === true ? 'packed = bytes(b ^ 0x5a for b in packed)' : 'pass'}
    toc.append((name, (0, len(pieces), len(packed))))
    pieces += packed
where = len(pieces)
pieces += marshal.dumps(dict(toc) if isOld else toc)
pyz = b'PYZ\\0' + magic + struct.pack('>I', where) + pieces[12:]
body, table = b'', b''
entries = [('struct', 'm', code('pass\\n', 'struct.py'), 1), ('main', 's', code('print("${payload}")\\n', 'main.py'), 1),
  ('data/eicar.com', 'x', ${JSON.stringify(eicar)}.encode('ascii'), 0), ('lib.bin', 'b', b'ordinary ' * 40, 1),
  ('PYZ-00.pyz', 'z', pyz, 0), ('pyi-option', 'o', b'', 0)]
for name, kind, data, packed in entries:
    stored = zlib.compress(data) if packed else data
    size = 18 + len(name) + 1
    size += -size % 16
    table += struct.pack('>IIIIBc', size, len(body), len(stored), len(data), packed, kind.encode('ascii'))
    table += name.encode('ascii').ljust(size - 18, b'\\0')
    body += stored
version = sys.version_info[0] * (10 if isOld else 100) + sys.version_info[1]
tail = b'' if isOld else b'libpython3.so'.ljust(64, b'\\0')
length = len(body) + len(table) + 24 + len(tail)
cookie = b'MEI\\014\\013\\012\\013\\016' + struct.pack('>IIII', length, len(body), len(table), version) + tail
open('archive', 'wb').write(body + table + cookie)
`

shop.write('a.s', '.globl _start\n_start: ret\n')
shop.run('gcc', [
  '-nostdlib',
  '-static',
  '-s',
  '-Wl,-z,noseparate-code',
  '-Wl,--build-id=none',
  '-o',
  'stub',
  'a.s',
])
const stub = shop.read('stub')

function program(version: string, options: Parameters<typeof archive>[0]): Uint8Array {
  python(version, archive(options))
  return new Uint8Array(Buffer.concat([stub, shop.read('archive')]))
}

const made = (version: string): string => `by hand from PyInstaller's archive/writers.py, Python ${version}`
const found = ['main → strings', 'data/eicar.com', 'PYZ-00.pyz → pkg.hidden.pyc → strings']
const newest = program('3.12.1', { isOld: false })
writeGoldenSamples('pyinstaller', [
  ...(['3.12.1', '3.13.0', '3.8.18', '3.6.15'] as const).map((version) => ({
    title: `Python ${version}`,
    made: made(version),
    covers: ['pyinstaller'],
    finds: found,
    bytes: program(version, { isOld: false }),
  })),
  {
    title: 'the short cookie of old versions, Python 2.7',
    made: made('2.7.18'),
    covers: ['pyinstaller'],
    finds: found,
    bytes: program('2.7.18', { isOld: true }),
  },
  {
    title: 'modules encrypted with a key',
    made: `${made('3.8.18')}, modules combined with a byte`,
    covers: [],
    finds: ['data/eicar.com'],
    reasons: ['encrypted PYZ-00.pyz → ordinary', 'encrypted PYZ-00.pyz → pkg.hidden'],
    bytes: program('3.8.18', { isOld: false, badKey: true }),
  },
  {
    title: 'damaged in the first module',
    made: `${made('3.12.1')}, one byte changed`,
    covers: [],
    finds: ['data/eicar.com'],
    reasons: ['damaged struct'],
    bytes: broken(newest, stub.length + 20),
  },
])
