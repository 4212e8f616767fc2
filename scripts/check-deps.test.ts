import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { checkDeps } from './check-deps.ts'

const declaration = {
  folders: {
    base: { imports: [] },
    platform: { imports: ['base'] },
    engine: { imports: ['base'] },
    api: { imports: ['base'], types: ['engine'] },
    daemon: { imports: ['base', 'engine'] },
    cli: { imports: ['base'], files: { 'daemon/index.ts': 'it starts the daemon' } },
  },
  families: ['engine/formats'],
  packages: { koffi: { folders: ['platform'], why: 'one folder calls the kernel' } },
  terminal: { folders: ['cli'], why: 'a library does not print' },
}

/** What check-deps says about a project of these files, given by their paths below src/. */
function faultsOf(files: Record<string, string>, rules: unknown = declaration): string[] {
  const root = mkdtempSync(join(tmpdir(), 'haechi-deps-'))
  try {
    writeFileSync(join(root, 'deps.json'), JSON.stringify(rules))
    for (const [name, text] of Object.entries(files)) {
      const path = join(root, 'src', name)
      mkdirSync(dirname(path), { recursive: true })
      writeFileSync(path, text)
    }
    return checkDeps(root)
  } finally {
    rmSync(root, { recursive: true })
  }
}

/** Exactly one fault, which begins with the place and names the reason. */
function assertFault(files: Record<string, string>, place: string, reason: RegExp): void {
  const faults = faultsOf(files)
  const fault = faults[0] ?? ''
  assert.equal(faults.length, 1, faults.join('\n'))
  assert.ok(fault.startsWith(`${place}: `), fault)
  assert.match(fault, reason)
}

test('a tree that keeps to the declaration has no faults', () => {
  const faults = faultsOf({
    'base/text.ts': `export const a = 1\n`,
    'platform/kernel.ts': `import koffi from 'koffi'\nimport { a } from '../base/text.ts'\n`,
    'engine/formats/zip/zip.ts': `import { a } from '../../../base/text.ts'\n`,
    'engine/formats/index.ts': `export { b } from './zip/zip.ts'\n`,
    'api/server.ts': `import type { Engine } from '../engine/formats/index.ts'\n`,
    'cli/main.ts': `import { start } from '../daemon/index.ts'\nconsole.log('x')\nprocess.exit(0)\n`,
    'daemon/index.ts': `export * from '../engine/formats/index.ts'\nprocess.exitCode = 1\n`,
  })
  assert.deepEqual(faults, [])
})

const arrows = {
  'an import': `import { b } from '../engine/scan.ts'`,
  'an import over several lines': `import {\n  b,\n  type C,\n} from '../engine/scan.ts'`,
  'a default import with names': `import b, { c } from '../engine/scan.ts'`,
  'a namespace import': `import * as b from '../engine/scan.ts'`,
  'an import of types': `import type { B } from '../engine/scan.ts'`,
  'an import for its effect': `import '../engine/scan.ts'`,
  'a re-export of names': `export { b } from '../engine/scan.ts'`,
  'a re-export of everything': `export * from "../engine/scan.ts"`,
  'a re-export of types': `export type { B } from '../engine/scan.ts'`,
  'a dynamic import': `const b = await import('../engine/scan.ts')`,
  'a dynamic import of a template': 'const b = await import(`../engine/scan.ts`)',
  'an import inside a template': 'const b = `${await import("../engine/scan.ts")}`',
  'a type taken by import()': `type B = import('../engine/scan.ts').B`,
  'a worker': `new Worker(new URL('../engine/scan.ts', import.meta.url))`,
}

for (const [name, text] of Object.entries(arrows)) {
  test(`a wrong arrow is found in ${name}`, () => {
    const files = { 'base/text.ts': `// first line\n${text}\n`, 'engine/scan.ts': '' }
    assertFault(
      files,
      'src/base/text.ts:2',
      /base\/text\.ts → \.\.\/engine\/scan\.ts: base may import nothing/,
    )
  })
}

test('words and paths in comments, strings and regular expressions are no imports', () => {
  const text = [
    `// import { b } from '../engine/scan.ts'`,
    `/* export * from '../engine/scan.ts' */`,
    `const s = "import '../engine/scan.ts'"`,
    'const t = `import("../engine/scan.ts") ${s + "{`"} import "../engine/scan.ts"`',
    `const r = /['"\`/*]/.test(s) || 4 / 2 / 1`,
    `const from = 'x'; const o = { import: s, console: 1 }; o.import(s)`,
  ]
  assert.deepEqual(faultsOf({ 'base/text.ts': text.join('\n'), 'engine/scan.ts': '' }), [])
})

test('a quote inside a regular expression does not hide the import after it', () => {
  const text = 'const r = /[`]/g\nconst b = await import("../engine/scan.ts")'
  assertFault({ 'base/text.ts': text, 'engine/scan.ts': '' }, 'src/base/text.ts:2', /base may import nothing/)
})

test('a folder whose types are allowed may not be imported as a value', () => {
  const files = { 'api/server.ts': `import { scan } from '../engine/scan.ts'`, 'engine/scan.ts': '' }
  assertFault(files, 'src/api/server.ts:1', /only types of engine/)
})

test('a single allowed file does not open its folder', () => {
  const files = { 'cli/main.ts': `import { wire } from '../daemon/wiring.ts'`, 'daemon/wiring.ts': '' }
  assertFault(files, 'src/cli/main.ts:1', /cli may import base, daemon\/index\.ts/)
})

test('an import cycle is found, also through types', () => {
  const files = {
    'base/a.ts': `import { b } from './b.ts'`,
    'base/b.ts': `import type { C } from './c.ts'`,
    'base/c.ts': `export * from './a.ts'`,
  }
  assertFault(
    files,
    'src/base/a.ts:1',
    /base\/a\.ts → base\/b\.ts → base\/c\.ts → base\/a\.ts: an import cycle/,
  )
})

test('a worker that imports from the file that starts it is no cycle', () => {
  const files = {
    'base/a.ts': `new Worker(new URL('./b.ts', import.meta.url))`,
    'base/b.ts': `import { a } from './a.ts'`,
  }
  assert.deepEqual(faultsOf(files), [])
})

test('an undeclared folder is found', () => {
  assertFault({ 'utils/a.ts': '' }, 'src/utils:1', /not declared in deps\.json/)
})

test('a source file outside of any folder is found', () => {
  assertFault({ 'index.ts': '' }, 'src/index.ts:1', /belongs into a folder/)
})

test('koffi outside of platform/ is found, also as a path into the package', () => {
  assertFault(
    { 'engine/a.ts': `import koffi from 'koffi'` },
    'src/engine/a.ts:1',
    /only platform may import koffi/,
  )
  assertFault({ 'engine/a.ts': `require('koffi/x')` }, 'src/engine/a.ts:1', /only platform may import koffi/)
})

test('siblings of a family may not import each other', () => {
  const files = {
    'engine/formats/zip/zip.ts': '',
    'engine/formats/rar/rar.ts': `\nimport { crc } from '../zip/zip.ts'`,
  }
  assertFault(files, 'src/engine/formats/rar/rar.ts:2', /rar and zip are siblings of engine\/formats/)
})

test('printing and exiting outside of cli/ are found', () => {
  for (const text of [
    'process.exit(1)',
    'process.stdout.write("x")',
    'console.error("x")',
    'process.stderr',
  ]) {
    assertFault(
      { 'daemon/index.ts': text },
      'src/daemon/index.ts:1',
      /only cli may: a library does not print/,
    )
  }
})

test('a test beside the source may print, but keeps to the arrows', () => {
  const files = {
    'base/a.test.ts': `console.log(1)\nimport { b } from '../engine/scan.ts'`,
    'engine/scan.ts': '',
  }
  assertFault(files, 'src/base/a.test.ts:2', /base may import nothing/)
})

test('the product may not import its scripts or tests; a test may', () => {
  const text = `import { x } from '../../test/samples.ts'`
  assertFault({ 'base/a.ts': text }, 'src/base/a.ts:1', /nothing outside src/)
  assert.deepEqual(faultsOf({ 'base/a.test.ts': text }), [])
})

test('the package is not imported by its own name', () => {
  assertFault({ 'base/a.ts': `import 'haechi/engine'` }, 'src/base/a.ts:1', /imports are relative/)
})

test('a misspelt key of deps.json is an error', () => {
  assert.throws(() => faultsOf({ 'base/a.ts': '' }, { ...declaration, famillies: [] }), /famillies/)
})
