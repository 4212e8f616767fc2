// Whether a question to the kernel would make it load a module: a collection changes nothing that it can leave alone.

import { existsSync, readFileSync } from 'node:fs'
import { release } from 'node:os'

const maxModulesBytes = 16 * 1024 * 1024

let loadable: string | undefined

/** True where the kernel has it as a module that is not loaded: then there is nothing of it to be read. */
export function isUnloadedModule(name: string): boolean {
  if (existsSync(`/sys/module/${name}`)) return false
  loadable ??= readLoadable()
  const file = new RegExp(`/${name.replaceAll(/[_-]/g, '[_-]')}\\.ko(?:\\.\\w+)?:`)
  return file.test(loadable)
}

function readLoadable(): string {
  try {
    return readFileSync(`/lib/modules/${release()}/modules.dep`, 'latin1').slice(0, maxModulesBytes)
  } catch {
    return ''
  }
}
