// JSON that container engines keep about themselves: read as data of unknown shape, because versions differ and intruders write too.

import type { Host } from './host.ts'

export type Json = Readonly<Record<string, unknown>>

export function readJson(host: Host, path: string): unknown {
  const text = host.text(path)
  if (text === undefined) return undefined
  try {
    return JSON.parse(text) as unknown
  } catch {
    host.context.note(`${path} is no JSON`)
    return undefined
  }
}

/** Empty for what is no object. */
export function objectOf(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {}
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

/** Null for what is no text. */
export function textField(value: unknown): string | null {
  return typeof value === 'string' ? value.slice(0, 4096) : null
}

export function texts(value: unknown): string[] {
  return listOf(value).flatMap((one) => (typeof one === 'string' ? [one.slice(0, 4096)] : []))
}

const maxFolders = 10_000

/** Names of the folders in a folder. */
export function foldersIn(host: Host, path: string): string[] {
  const names: string[] = []
  for (const { name, kind } of host.tree.list(path)) {
    if (kind === 'folder') names.push(name)
    if (names.length >= maxFolders) break
  }
  return names
}
