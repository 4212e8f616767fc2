// The engine of this project, used as a program would use it.

import { attach, type Engine, engineVersion, load, type SharedEngine } from '../../../../src/engine/index.ts'
import { variables } from '../rules/variables.ts'
import type { EngineModule, ScanEngine } from './engine.ts'

export const haechi: EngineModule = {
  open({ rules, databases, cache }) {
    const options = {
      rules: rules.map(({ namespace, path }) => `${namespace}:${path}`),
      databases,
      variables,
      ...(cache === undefined ? {} : { cache }),
    }
    return scanEngine(load(options))
  },
  attach: (shared) => scanEngine(attach(shared as SharedEngine)),
}

function scanEngine(engine: Engine): ScanEngine {
  const instance = engine.instance()
  return {
    version: engineVersion,
    signatures: engine.version().signatures,
    shared: engine.shared,
    scan(path) {
      const { detections, reasons } = instance.scan(path)
      const [reason] = reasons
      if (reason !== undefined) throw new Error(`${path} was not scanned to its end: ${reason.message}`)
      return detections.map(({ name }) => name)
    },
  }
}
