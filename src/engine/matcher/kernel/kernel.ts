// Loads the first pass (kernel/assembly/sweep.ts, built by scripts/build-kernel.ts) over a database's memory.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { AppError } from '../../../base/app-error.ts'

/** Where the build puts it; below the cache folder, because it is made from the source beside this file. */
export const kernelFile = join(import.meta.dirname, '../../../../.cache/kernel/sweep.wasm')

export interface Kernel {
  /** Runs or resumes the job at this address; the number of candidates that it has put out. */
  sweep(job: number): number
}

let compiled: WebAssembly.Module | undefined

/** Read and compiled when it is first asked for. Another thread can use it. */
export function kernelModule(): WebAssembly.Module {
  compiled ??= compileKernel()
  return compiled
}

/** From now on what another thread has compiled: a thread that answers openers may open no file. */
export function useKernelModule(module: WebAssembly.Module): void {
  compiled ??= module
}

export function loadKernel(memory: WebAssembly.Memory): Kernel {
  const instance = new WebAssembly.Instance(kernelModule(), { env: { memory } })
  return instance.exports as unknown as Kernel
}

function compileKernel(): WebAssembly.Module {
  try {
    return new WebAssembly.Module(readFileSync(kernelFile))
  } catch (thrown) {
    throw new AppError('internal', 'the matcher is not built', {
      hint: 'run: bin/haechi --run scripts/build-kernel.ts',
      cause: thrown,
    })
  }
}
