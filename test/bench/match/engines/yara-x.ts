// YARA-X as a native module. It takes one source and cannot keep compiled rules; the files are joined.

import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

import type * as Native from '@litko/yara-x'

import { variables } from '../rules/variables.ts'
import type { EngineModule } from './engine.ts'

/** What its declarations leave out. */
interface Compiled {
  scanFile(path: string): readonly { readonly ruleIdentifier: string }[]
}

const load = createRequire(import.meta.url)

export const yaraX: EngineModule = {
  open({ rules }) {
    const { compile } = load('@litko/yara-x') as typeof Native
    const source = rules.map(({ path }) => readFileSync(path, 'utf8')).join('\n')
    const compiled = compile(source, { defineVariables: variables }) as Compiled
    return {
      version: (load('@litko/yara-x/package.json') as { version: string }).version,
      scan: (path) => compiled.scanFile(path).map(({ ruleIdentifier }) => ruleIdentifier),
    }
  },
}
