// The last step of the set-up: loads every module once, so that the stripped TypeScript is in the compile cache before
// the first guard starts. A worker thread that finds it there does not load the type stripper (13 MB each).

import { glob } from 'node:fs/promises'
import { resolve } from 'node:path'
import { flushCompileCache } from 'node:module'

// The entry point would run a command; everything else only defines, or ends at once outside a worker thread.
for await (const file of glob('src/**/*.ts', {
  exclude: ['**/*.test.ts', '**/*.d.ts', 'src/cli/main.ts', 'src/engine/matcher/kernel/assembly/**'],
})) {
  try {
    await import(resolve(file))
  } catch {
    // Worker entries refuse the main thread; by then they are compiled.
  }
}
flushCompileCache()
