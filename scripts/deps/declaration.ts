// The shape of deps.json. Strict: a misspelt key would otherwise be a rule that silently does not hold.

import { readFileSync } from 'node:fs'
import * as z from 'zod'

const folder = z.strictObject({
  /** Folders of src/ that it may import. */
  imports: z.array(z.string()),
  /** Folders of which it may import types only (`import type`). */
  types: z.array(z.string()).default([]),
  /** Single files it may import besides, relative to src/, each with the reason. */
  files: z.record(z.string(), z.string().min(1)).default({}),
})

const declaration = z.strictObject({
  folders: z.record(z.string(), folder),
  /** Folders whose sub-folders never import each other. */
  families: z.array(z.string()),
  packages: z.record(z.string(), z.strictObject({ folders: z.array(z.string()), why: z.string().min(1) })),
  /** The folders that may print and end the process. */
  terminal: z.strictObject({ folders: z.array(z.string()), why: z.string().min(1) }),
})

export type Declaration = z.infer<typeof declaration>

/** Throws on a file that is missing or misspelt. */
export function readDeclaration(path: string): Declaration {
  return declaration.parse(JSON.parse(readFileSync(path, 'utf8')))
}
