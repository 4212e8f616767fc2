// From rule files to checked rules. Goes through the files in order, follows includes, and turns every fault into a
// problem with its place; a rule with a fault is left out, and so is every rule that refers to it.

import { checkCondition } from './check-condition.ts'
import { isReader } from './check-structures.ts'
import type { CheckedRule, CheckedString, CompileOptions, RuleProblem, RuleSource } from './checked-rule.ts'
import { Fault, fail } from './fault.ts'
import { makePattern } from './make-pattern.ts'
import { suggestion } from './near-name.ts'
import { partsOf, type RuleName } from './parse-file.ts'
import { Namespace, RuleScope, type Surroundings } from './scope.ts'
import { SourceText } from './source-text.ts'
import type { Reference, RuleDeclaration, Span } from './syntax.ts'
import { constantTruth } from './typed.ts'

const maxIncludeDepth = 16
/** Files included in one run: a file that includes many that include many is stopped. */
const maxIncludes = 10_000
/** Nobody reads more, and each one costs an excerpt. Warnings never displace errors. */
const maxErrors = 10_000
const maxWarnings = 2000
const maxWarningsOfRule = 8

/** Never throws because of a source. `rules` are in the order of the sources; `rule` nodes count in that order. */
export function checkRules(
  sources: readonly RuleSource[],
  options: CompileOptions,
): { rules: CheckedRule[]; problems: RuleProblem[] } {
  const run = new Run(options)
  for (const { name, text, namespace } of sources) run.checkFile(new SourceText(name, text), namespace, 0)
  return { rules: run.rules, problems: run.problems }
}

class Run {
  readonly rules: CheckedRule[] = []
  readonly problems: RuleProblem[] = []
  readonly #options: CompileOptions
  readonly #namespaces = new Map<string, Namespace>()
  #includes = 0
  readonly #left = { error: maxErrors, warning: maxWarnings }

  constructor(options: CompileOptions) {
    this.#options = options
  }

  checkFile(source: SourceText, namespaceName: string, depth: number): void {
    const namespace = this.#namespace(namespaceName)
    for (const part of partsOf(source)) {
      if (part.kind === 'unreadable') {
        this.#report(source, part.fault, { severity: 'error', rule: part.name?.name })
        if (part.name !== undefined) this.#reject(namespace, part.name, source)
      } else if (part.kind === 'rule') this.#checkRule(source, part, namespaceName)
      else this.#checkReference(source, part, { namespaceName, depth })
    }
  }

  #namespace(name: string): Namespace {
    let namespace = this.#namespaces.get(name)
    if (namespace === undefined) {
      namespace = new Namespace()
      this.#namespaces.set(name, namespace)
    }
    return namespace
  }

  #checkReference(
    source: SourceText,
    reference: Reference,
    { namespaceName, depth }: { namespaceName: string; depth: number },
  ): void {
    try {
      if (reference.kind === 'import') this.#import(reference, this.#namespace(namespaceName))
      else this.checkFile(this.#include(source, reference, depth), namespaceName, depth + 1)
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      this.#report(source, error, { severity: 'error' })
    }
  }

  #import(reference: Reference, namespace: Namespace): void {
    const { target } = reference
    const { modules } = this.#options
    const type = modules.get(target)
    if (type === undefined) {
      namespace.missing.add(target)
      fail(
        'unknown-module',
        `there is no module \`${target}\`${suggestion(target, modules.keys())}`,
        reference,
      )
    }
    namespace.modules.set(target, type)
  }

  #include(source: SourceText, reference: Reference, depth: number): SourceText {
    const { target } = reference
    if (depth === maxIncludeDepth) {
      fail('include-depth', `files include one another more than ${maxIncludeDepth} levels deep`, reference)
    }
    this.#includes++
    if (this.#includes > maxIncludes)
      fail('include-count', `more than ${maxIncludes} files are included`, reference)
    const found = this.#options.include?.(target, source.name)
    if (found === undefined) fail('include-not-found', `\`${target}\` cannot be included`, reference)
    return new SourceText(found.name, found.text)
  }

  #checkRule(source: SourceText, declaration: RuleDeclaration, namespaceName: string): void {
    const { name, namePlace } = declaration
    const namespace = this.#namespace(namespaceName)
    try {
      this.#checkRuleName(declaration, namespace)
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      this.#report(source, error, { severity: 'error', rule: name })
      return
    }
    try {
      const rule = this.#makeRule(source, declaration, namespaceName)
      namespace.rules.set(name, { number: this.rules.length, file: source.name, line: rule.line })
      this.rules.push(rule)
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      this.#report(source, error, { severity: 'error', rule: name })
      this.#reject(namespace, { name, ...namePlace }, source)
    }
  }

  #checkRuleName({ name, namePlace }: RuleDeclaration, namespace: Namespace): void {
    const known = namespace.rules.get(name)
    if (known?.number !== undefined) {
      const message = `there is already a rule \`${name}\` in ${known.file}, line ${known.line}`
      fail('duplicate-rule', message, namePlace)
    }
    if (namespace.modules.has(name) || Object.hasOwn(this.#options.externals, name) || isReader(name)) {
      fail(
        'name-in-use',
        `\`${name}\` is the name of a module, an external variable or a function`,
        namePlace,
      )
    }
    const prefix = namespace.prefixes.find((other) => name.startsWith(other))
    if (prefix !== undefined) {
      fail('name-in-use', `a rule before this one refers to all rules \`${prefix}*\``, namePlace)
    }
  }

  #makeRule(source: SourceText, declaration: RuleDeclaration, namespaceName: string): CheckedRule {
    const { name, namePlace, tags, meta } = declaration
    const surroundings: Surroundings = {
      namespace: this.#namespace(namespaceName),
      modules: this.#options.modules,
      externals: this.#options.externals,
    }
    const identifiers = declaration.strings.map(({ identifier }) => identifier)
    const scope = new RuleScope(surroundings, identifiers)
    let warningsLeft = maxWarningsOfRule
    const warn = (code: string, message: string, place: Span): void => {
      if (warningsLeft-- <= 0) return
      this.#report(source, new Fault(code, message, place), { severity: 'warning', rule: name })
    }
    const strings = declaration.strings.map((string): CheckedString => {
      const { identifier, place, modifiers } = string
      return {
        identifier,
        private: modifiers.private,
        pattern: makePattern(string),
        line: source.lineAt(place.start),
      }
    })
    const condition = checkCondition(declaration.condition, scope, warn)
    checkUse(declaration, scope)
    const known = constantTruth(condition)
    if (known !== undefined) {
      warn('constant-condition', `the rule is always ${known ? 'true' : 'false'}`, declaration.condition)
    }
    return {
      name,
      namespace: namespaceName,
      tags: tags.map((tag) => tag.name),
      meta,
      private: declaration.private,
      global: declaration.global,
      strings,
      condition,
      file: source.name,
      line: source.lineAt(namePlace.start),
      modules: [...scope.modules],
    }
  }

  /** An earlier rule of that name that is accepted stays. */
  #reject(namespace: Namespace, { name, start }: RuleName, source: SourceText): void {
    if (namespace.rules.get(name)?.number !== undefined) return
    namespace.rules.set(name, { number: undefined, file: source.name, line: source.lineAt(start) })
  }

  #report(
    source: SourceText,
    { code, message, place }: Fault,
    { severity, rule }: { severity: 'error' | 'warning'; rule?: string | undefined },
  ): void {
    if (this.#left[severity]-- <= 0) return
    const problem: RuleProblem = {
      severity,
      code,
      file: source.name,
      ...source.position(place.start),
      message,
      excerpt: source.excerpt(place),
    }
    this.problems.push(rule === undefined ? problem : { ...problem, rule })
  }
}

/** A string that the condition does not mention is a slip; `$_` in front says that it is meant. */
function checkUse({ strings }: RuleDeclaration, scope: RuleScope): void {
  for (const [number, { identifier, place }] of strings.entries()) {
    if (scope.usedPatterns[number] === 0 && !identifier.startsWith('$_')) {
      fail('unused-string', `the condition does not use \`${identifier}\``, place)
    }
  }
}
