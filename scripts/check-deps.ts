// Who may import whom: compares every import below src/ with deps.json, so that the architecture is a fact and not a
// wish. Prints one line per wrong arrow (file:line, the arrow, why) and ends with 1 when there is any.

import { globSync, readFileSync, readdirSync } from 'node:fs'
import { dirname, join, posix, relative, sep } from 'node:path'
import { cyclesIn } from './deps/cycles.ts'
import { readDeclaration, type Declaration } from './deps/declaration.ts'
import { importsOf, terminalUsesOf, type Import } from './deps/imports.ts'

/** Checks the tree below `root`, which has deps.json and src/. Returns one line per fault. */
export function checkDeps(root: string): string[] {
  const rules = readDeclaration(join(root, 'deps.json'))
  const faults = undeclaredFolders(root, rules)
  const graph = new Map<string, string[]>()

  for (const file of sourceFiles(root)) {
    const source = readFileSync(join(root, 'src', file), 'utf8')
    const edges: string[] = []
    for (const found of importsOf(source)) {
      const why = wrongArrow(file, found, rules)
      if (why !== undefined) faults.push(`src/${file}:${found.line}: ${file} → ${found.specifier}: ${why}`)
      if (found.kind !== 'thread' && found.specifier.startsWith('.')) edges.push(resolved(file, found))
    }
    graph.set(file, edges)
    if (mayPrint(file, rules)) continue
    for (const use of terminalUsesOf(source)) {
      faults.push(
        `src/${file}:${use.line}: ${file} → ${use.text}: only ${list(rules.terminal.folders)} may: ${rules.terminal.why}`,
      )
    }
  }

  for (const cycle of cyclesIn(graph)) {
    faults.push(
      `src/${cycle[0]}:1: ${cycle.join(' → ')}: an import cycle; move what both need into a third file`,
    )
  }
  return faults
}

/** Paths relative to src/, with forward slashes. */
function sourceFiles(root: string): string[] {
  const src = join(root, 'src')
  return globSync('**/*.ts', { cwd: src })
    .map((file) => file.split(sep).join('/'))
    .toSorted()
}

function undeclaredFolders(root: string, rules: Declaration): string[] {
  const faults: string[] = []
  for (const entry of readdirSync(join(root, 'src'), { withFileTypes: true })) {
    if (!entry.isDirectory()) {
      if (entry.name.endsWith('.ts')) faults.push(`src/${entry.name}:1: a file of src/ belongs into a folder`)
    } else if (rules.folders[entry.name] === undefined) {
      faults.push(
        `src/${entry.name}:1: the folder is not declared in deps.json; say there what it may import`,
      )
    }
  }
  return faults
}

/** The reason why an import is not allowed; undefined when it is. */
function wrongArrow(file: string, found: Import, rules: Declaration): string | undefined {
  if (!found.specifier.startsWith('.')) return wrongPackage(file, found.specifier, rules)
  const target = resolved(file, found)
  if (target.startsWith('../')) return wrongExit(file, target)
  return wrongFolder(file, { ...found, target }, rules) ?? wrongSibling(file, target, rules)
}

function wrongPackage(file: string, specifier: string, rules: Declaration): string | undefined {
  if (specifier === 'haechi' || specifier.startsWith('haechi/')) {
    return 'inside src/ imports are relative, so that arrows can be checked'
  }
  for (const [name, rule] of Object.entries(rules.packages)) {
    if (specifier !== name && !specifier.startsWith(`${name}/`)) continue
    if (!rule.folders.includes(folderOf(file)))
      return `only ${list(rule.folders)} may import ${name}: ${rule.why}`
  }
  return undefined
}

/** The product never imports its own tools; its tests may use what lies in test/, and data is data. */
function wrongExit(file: string, target: string): string | undefined {
  if (!target.endsWith('.ts') || file.endsWith('.test.ts')) return undefined
  return 'the product imports nothing outside src/'
}

function wrongFolder(
  file: string,
  found: { target: string; kind: Import['kind'] },
  rules: Declaration,
): string | undefined {
  const from = folderOf(file)
  const to = folderOf(found.target)
  const rule = rules.folders[from]
  // An undeclared folder is reported once, by its name, and not once more for each of its imports.
  if (from === to || rule === undefined) return undefined
  if (rule.imports.includes(to) || rule.files[found.target] !== undefined) return undefined
  if (rule.types.includes(to)) {
    return found.kind === 'type' ? undefined : `${from} may import only types of ${to} (import type)`
  }
  return `${from} may import ${list([...rule.imports, ...Object.keys(rule.files)])}`
}

function wrongSibling(file: string, target: string, rules: Declaration): string | undefined {
  for (const family of rules.families) {
    const from = memberOf(file, family)
    const to = memberOf(target, family)
    if (from === undefined || to === undefined || from === to) continue
    return `${from} and ${to} are siblings of ${family}: what both need belongs beside the family`
  }
  return undefined
}

/** `zip` for `engine/formats/zip/reader.ts`; undefined for files of the family's own folder, such as its table. */
function memberOf(file: string, family: string): string | undefined {
  if (!file.startsWith(`${family}/`)) return undefined
  const parts = file.slice(family.length + 1).split('/')
  return parts.length > 1 ? parts[0] : undefined
}

function mayPrint(file: string, rules: Declaration): boolean {
  return rules.terminal.folders.includes(folderOf(file)) || file.endsWith('.test.ts')
}

function resolved(file: string, found: Import): string {
  return posix.join(posix.dirname(file), found.specifier)
}

function folderOf(file: string): string {
  return file.split('/')[0] ?? ''
}

function list(names: readonly string[]): string {
  return names.length === 0 ? 'nothing' : names.join(', ')
}

if (import.meta.main) {
  const root = dirname(import.meta.dirname)
  const faults = checkDeps(root)
  for (const fault of faults) console.log(fault)
  console.log(
    `check-deps: ${sourceFiles(root).length} files, ${faults.length} faults (${relative(root, join(root, 'deps.json'))})`,
  )
  process.exitCode = faults.length === 0 ? 0 : 1
}
