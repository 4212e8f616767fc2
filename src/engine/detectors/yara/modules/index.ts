// The table of all YARA modules, by the name after `import`.

import { consoleModule } from './console/index.ts'
import { dotnetModule } from './dotnet/index.ts'
import { elfModule } from './elf/index.ts'
import { hashModule } from './hash/index.ts'
import { lnkModule } from './lnk/index.ts'
import { machoModule } from './macho/index.ts'
import { mathModule } from './math/index.ts'
import type { Module } from './module.ts'
import { peModule } from './pe/index.ts'
import { stringModule } from './string/index.ts'
import { timeModule } from './time/index.ts'

export const modules: ReadonlyMap<string, Module> = new Map(
  [
    peModule,
    elfModule,
    dotnetModule,
    machoModule,
    lnkModule,
    mathModule,
    hashModule,
    timeModule,
    stringModule,
    consoleModule,
  ].map((module) => [module.name, module]),
)
