// Builds the matcher's first pass from AssemblyScript to WebAssembly, where src/engine/matcher/kernel/kernel.ts loads it.
// A copy of the source beside the result tells the launcher when to build anew.

import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync, renameSync } from 'node:fs'
import { dirname, join } from 'node:path'

import { kernelFile } from '../src/engine/matcher/kernel/kernel.ts'

const root = dirname(import.meta.dirname)
const source = join(root, 'src/engine/matcher/kernel/assembly/sweep.ts')
const folder = dirname(kernelFile)
mkdirSync(folder, { recursive: true })
const made = `${kernelFile}.${process.pid}`

// A process of its own: the compiler's types would stand in for Node's.
const compiler = join(root, 'node_modules/assemblyscript/bin/asc.js')
const options =
  '-O3 --noAssert --runtime stub --importMemory --sharedMemory --enable threads --enable simd --initialMemory 1 --maximumMemory 32768'
execFileSync(process.execPath, [compiler, source, '--outFile', made, ...options.split(' ')], {
  stdio: 'inherit',
})
renameSync(made, kernelFile)
copyFileSync(source, join(folder, 'sweep.ts'))
