// YARA-X as WebAssembly, as its makers publish it. It hands back every warning of the compiler with every scan.

import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

import { Compiler, initSync } from '@virustotal/yara-x'

import { variables } from '../rules/variables.ts'
import type { EngineModule } from './engine.ts'

const load = createRequire(import.meta.url)
const manifest = load.resolve('@virustotal/yara-x/package.json')

interface ScanResult {
  readonly matches: readonly { readonly identifier: string; readonly isPrivate: boolean }[]
}

export const yaraXWasm: EngineModule = {
  open({ rules }) {
    const code = readFileSync(join(dirname(manifest), 'pkg/yara_x_js_bg.wasm'))
    initSync({ module: code })
    const compiler = new Compiler()
    for (const [name, value] of Object.entries(variables)) compiler.defineGlobal(name, value)
    for (const { namespace, path } of rules) {
      compiler.newNamespace(namespace)
      compiler.addSource(readFileSync(path, 'utf8'))
    }
    const scanner = compiler.build().scanner()
    return {
      version: (load(manifest) as { version: string }).version,
      scan(path) {
        const { matches } = scanner.scan(readFileSync(path)) as ScanResult
        return matches.filter(({ isPrivate }) => !isPrivate).map(({ identifier }) => identifier)
      },
    }
  },
}
