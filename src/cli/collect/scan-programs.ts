// What the engine says of the programs that a collection meets, with the signatures of the configuration.

import type { ScanFile } from '../../collect/system/index.ts'
import type { Config } from '../../config/index.ts'
import { type Instance, load } from '../../engine/index.ts'
import { engineContent } from '../content.ts'

/** Loads the engine when it is first asked: most collections never do. Where that fails the first file says why. */
export function programScanner(config: Config): ScanFile {
  let loading: Promise<Instance> | undefined
  let hasFailed = false
  return async (fd, path) => {
    if (hasFailed) return { verdict: 'not-scanned', names: [] }
    loading ??= engineContent(config).then((content) => load(content).instance())
    hasFailed = true
    const instance = await loading
    hasFailed = false
    const { status, detections } = instance.scan(fd, { name: path })
    return { verdict: status, names: detections.map(({ name }) => name) }
  }
}
