// Reads the configuration: defaults < /etc/haechi/haechi.toml < the file that the user names. What the command
// line says is laid over the result by each command.

import { readFileSync } from 'node:fs'

import { AppError, messageOf } from '../base/app-error.ts'
import { buildConfig, type Config, defaultConfig, type RawConfig } from './config.ts'
import { systemConfigFile } from './options.ts'

export interface LoadedConfig {
  readonly config: Config
  /** The files that were read, in the order in which they were laid over each other. */
  readonly sources: readonly string[]
}

/** A file of more than this is not a configuration. */
const maxFileBytes = 4 * 1024 ** 2

/** Throws AppError `config-invalid` (or `not-found`, `permission`) with file, line, key, reason and hint. */
export async function loadConfig(
  options: { file?: string | undefined; systemFile?: string } = {},
): Promise<LoadedConfig> {
  const { file, systemFile = systemConfigFile } = options
  const layers: RawConfig[] = []
  const sources: string[] = []
  for (const [path, required] of [
    [systemFile, false] as const,
    ...(file === undefined ? [] : [[file, true] as const]),
  ]) {
    const text = readConfigFile(path, required)
    if (text === undefined) continue
    // The TOML reader and the validator are loaded only for a file: most runs of `scan` have none.
    const { parseConfig } = await import('./parse.ts')
    layers.push(parseConfig(path, text))
    sources.push(path)
  }
  return { config: layers.length === 0 ? defaultConfig : buildConfig(layers), sources }
}

function readConfigFile(path: string, required: boolean): string | undefined {
  let bytes: Uint8Array
  try {
    bytes = readFileSync(path)
  } catch (thrown) {
    const code = (thrown as NodeJS.ErrnoException).code
    if (code === 'ENOENT' && !required) return undefined
    throw new AppError(
      code === 'ENOENT' ? 'not-found' : 'permission',
      `cannot read the configuration ${path}: ${messageOf(thrown)}`,
      { hint: required ? 'check the path after --config' : 'make it readable, or remove it', cause: thrown },
    )
  }
  if (bytes.length > maxFileBytes)
    throw new AppError('config-invalid', `${path} is too large for a configuration`)
  return new TextDecoder().decode(bytes)
}
