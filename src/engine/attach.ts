// The loaded engine in another thread: the same tables in shared memory, without the modules that read and compile
// signatures, or cure.

import { attachHashDatabase } from './detectors/hash/database.ts'
import { Engine, type EngineParts, type SharedEngine } from './engine.ts'
import { Image } from './image.ts'
import { useKernelModule } from './matcher/kernel/kernel.ts'
import { useSevenZipFiles } from './seven-zip/load.ts'

/** The engine that was loaded in another thread. Its instances scan; they do not cure. */
export function attachScanner(shared: SharedEngine): Engine {
  return new Engine(partsOf(shared))
}

/** What an engine is made of out of what is shared. */
export function partsOf(shared: SharedEngine): EngineParts {
  useSevenZipFiles(shared.sevenZip)
  if (shared.signatures !== undefined) useKernelModule(shared.signatures.kernel)
  const hash = attachHashDatabase(shared.hash)
  const signatures =
    shared.signatures === undefined
      ? undefined
      : { ...shared.signatures, image: new Image(shared.signatures.image) }
  return { options: shared.options, database: { hash, signatures, id: shared.database }, problems: [] }
}
