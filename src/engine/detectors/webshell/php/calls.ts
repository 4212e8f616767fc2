// Calls: functions of the file are followed into, PHP's own are computed or judged.

import type { Argument, FunctionNode } from './ast.ts'
import { carried, effectOf, noteUploadCheck, readFile, validate } from './built-ins.ts'
import type { CallSite } from './call-site.ts'
import { writeSink } from './file-sinks.ts'
import { foldCall, listed } from './fold.ts'
import { callClosure, runFunction } from './functions.ts'
import type { Machine } from './machine.ts'
import {
  callbackMethods,
  callbackTakers,
  carriers,
  codeFunctions,
  commandFunctions,
  dangerousCallbacks,
  fileReaders,
  hidingFunctions,
  remoteReaders,
  requestFunctions,
  uploadChecks,
  validators,
} from './names.ts'
import { judgeMade, judgeQuery, judgeRole } from './outside.ts'
import { codeSink, commandSink, hiddenName } from './sinks.ts'
import { derived, join, made, objectValue, origin, tainted, textValue, unknown, type Value } from './value.ts'

/** A function called by its name (in lower case). */
export function callFunction(machine: Machine, name: string, args: readonly Value[], site: CallSite): Value {
  const own = machine.functions.get(name)
  // Written for servers that lack it: what it returns is the request all the same.
  if (own !== undefined && !requestFunctions.has(name)) return runFunction(machine, own, args, site.nodes)
  if (site.name !== undefined) noteHiddenName(machine, name, site)
  if (uploadChecks.has(name)) noteUploadCheck(machine, args)
  const known = foldCall(name, args)
  if (known !== undefined) return known
  if (validators.has(name)) {
    validate(machine, args, site)
    return unknown
  }
  const effect = effectOf(name)
  if (effect !== undefined) return effect(machine, args, { ...site, called: name })
  if (callbackTakers.has(name)) return callback(machine, name, args, site)
  if (remoteReaders.has(name)) return tainted(origin.remote, `${name}()`)
  if (fileReaders.has(name)) return readFile(machine, args, { name, at: site.at })
  if (requestFunctions.has(name)) return tainted(origin.request, `${name}()`)
  if (carriers.has(name)) return carried(name, args)
  return unknown
}

function noteHiddenName(machine: Machine, name: string, site: CallSite): void {
  const isDangerous =
    commandFunctions.has(name) || codeFunctions.has(name) || name === 'create_function' || name === 'eval'
  const how = site.name!.made
  const isHidden = (how & (made.decoded | made.escapes | made.bits)) !== 0
  if (isDangerous || isHidden || hidingFunctions.has(name))
    hiddenName(machine, { ...site.name!, text: name }, site.at, isDangerous)
}

/** `$f(…)`, `$a['f'](…)`, `(expression)(…)`. */
export function dynamicCall(machine: Machine, target: Value, args: readonly Value[], site: CallSite): Value {
  const { at } = site
  if (target.closure !== undefined) return callClosure(machine, target.closure, args, site.nodes)
  if (target.type === 'function') return derived(args)
  const invoked = target.type === '' ? undefined : invokable(machine, target)
  if (invoked !== undefined) return runFunction(machine, invoked, args, site.nodes)
  if (target.items !== undefined) return callableArray(machine, target, args, site)
  if (target.text !== undefined && target.taint === 0)
    return namedCall(machine, target.text, args, { ...site, name: target })
  const data = derived(args)
  judgeDynamic(machine, target, data, { at, count: args.length })
  return data
}

/** A function whose name is not known is called with `data`. */
function judgeDynamic(
  machine: Machine,
  target: Value,
  data: Value,
  { at, count }: { at: number; count: number },
): void {
  const { taint, from } = target
  const isFed = (data.taint & (origin.request | origin.unset | origin.embedded)) !== 0
  if ((taint & origin.request) !== 0) {
    const score = count === 0 ? 45 : 78
    machine.report(
      'dynamic-call',
      isFed ? 95 : score,
      at,
      `${from} names the function that is called${isFed ? ` with ${data.from}` : ''}`,
    )
  } else if ((taint & origin.embedded) !== 0 && isFed) {
    const isAny = target.head.length < 5 && target.tail.length < 8
    machine.report(
      'dynamic-call',
      isAny ? 70 : 30,
      at,
      `${from} names a part of the function that is called with ${data.from}`,
    )
  } else if ((taint & origin.ownName) !== 0 && isFed && target.head === '' && target.tail === '') {
    machine.report(
      'dynamic-call',
      75,
      at,
      `the file's own name names the function that is called with ${data.from}`,
    )
  } else if ((taint & (origin.hidden | origin.self | origin.remote)) !== 0) {
    machine.report(
      'dynamic-call',
      isFed ? 80 : 62,
      at,
      `a function under a hidden name is called${isFed ? ` with ${data.from}` : ''}`,
      'T1027',
    )
  } else if ((taint & origin.stored) !== 0 && isFed && count > 0) {
    machine.report('dynamic-call', 62, at, `${from} names the function that is called with ${data.from}`)
  } else if ((target.made & (made.decoded | made.escapes)) !== 0 && isFed) {
    machine.report(
      'dynamic-call',
      62,
      at,
      `a function under a hidden name is called with ${data.from}`,
      'T1027',
    )
  }
}

function namedCall(machine: Machine, text: string, args: readonly Value[], site: CallSite): Value {
  const separator = text.indexOf('::')
  if (separator > 0) {
    const object = objectValue(text.slice(0, separator).toLowerCase(), undefined)
    return callMethod(machine, object, textValue(text.slice(separator + 2)), {
      args,
      at: site.at,
      nodes: site.nodes,
    })
  }
  const name = text.replace(/^.*\\/s, '').trim().toLowerCase()
  return callFunction(machine, name, args, site)
}

function callableArray(machine: Machine, target: Value, args: readonly Value[], site: CallSite): Value {
  const [object, name] = target.items!.values()
  if (object === undefined || name === undefined) return unknown
  const base = object.text === undefined ? object : objectValue(object.text.toLowerCase(), undefined)
  return callMethod(machine, base, name, { args, at: site.at, nodes: [] })
}

/** A function that is given a callback and the data for it. */
function callback(machine: Machine, name: string, args: readonly Value[], site: CallSite): Value {
  const { at } = site
  const given = argumentsAndOptions(args)
  const isCall =
    name.startsWith('call_user') || name.startsWith('forward_static') || name.startsWith('register_')
  let result: Value = derived(args)
  for (const arg of given) {
    const data = derived(given.filter((other) => other !== arg))
    const isWhole = (data.taint & (origin.request | origin.embedded | origin.unset)) !== 0
    if (arg.closure !== undefined) {
      const fed = name === 'ob_start' ? tainted(origin.stored, 'the output') : data
      result = callClosure(machine, arg.closure, [fed, fed])
      continue
    }
    const invoked = arg.type === '' ? undefined : invokable(machine, arg)
    if (invoked !== undefined) {
      result = runFunction(machine, invoked, [data, data], [])
      continue
    }
    if (arg.text !== undefined) result = namedCallback(machine, arg, { name, data, given, at }) ?? result
    else if ((arg.taint & origin.request) !== 0 && isWhole && isCallbackPlace(name, args, arg)) {
      const isFirst = isCall && arg === given[0]
      machine.report(
        'dynamic-call',
        isFirst || !isCall ? 92 : 60,
        at,
        `${arg.from} names the function that ${name} calls with ${data.from}`,
      )
    } else if (
      (arg.taint & (origin.hidden | origin.self | origin.ownName)) !== 0 &&
      isWhole &&
      isCallbackPlace(name, args, arg)
    ) {
      machine.report(
        'dynamic-call',
        75,
        at,
        `${name} calls a function under a hidden name with ${data.from}`,
        'T1027',
      )
    }
  }
  return name === 'filter_input' || name === 'filter_input_array' ? filtered(args, name) : result
}

/** `filter_input` reads the request; with a filter for numbers and the like it lets little through. */
function filtered(args: readonly Value[], name: string): Value {
  const filter = args[2]?.text ?? 'FILTER_DEFAULT'
  const isOpen = /DEFAULT|UNSAFE|STRING|CALLBACK|1024|ENCODED|SPECIAL/.test(filter) || name.endsWith('array')
  return isOpen ? tainted(origin.request, `${name}()`) : unknown
}

function argumentsAndOptions(args: readonly Value[]): Value[] {
  const all: Value[] = []
  const add = (value: Value, depth: number): void => {
    all.push(value)
    if (depth < 3 && value.items !== undefined) for (const item of value.items.values()) add(item, depth + 1)
  }
  for (const arg of args) add(arg, 0)
  return all.slice(0, 64)
}

/** In these the callback comes first. */
const firstIsCallback = /^(?:call_user|forward_|array_map$|register_|ob_start|spl_|set_|header_)/
/** In these it comes last. */
const lastIsCallback = /^array_(?:u?diff|u?intersect)/

function isCallbackPlace(name: string, args: readonly Value[], arg: Value): boolean {
  if (firstIsCallback.test(name)) return args[0] === arg
  if (lastIsCallback.test(name)) return args.length > 2 && args.at(-1) === arg
  if (name.startsWith('filter_')) return !args.includes(arg)
  return args.length > 1 && args[1] === arg && args[0] !== arg
}

function invokable(machine: Machine, { type }: Value): FunctionNode | undefined {
  return machine.classes.get(type)?.methods.find((node) => node.name.toLowerCase() === '__invoke')
}

/** `array_walk($pairs, 'f')`: where the elements are known, `f` gets each of them. */
function eachElement(
  machine: Machine,
  own: FunctionNode,
  name: string,
  given: readonly Value[],
): Value | undefined {
  const list = given.find(
    (value) => value.items !== undefined && value.items.size > 0 && value.items.size < 17,
  )?.items
  if (list === undefined || !/^array_(?:walk|map|filter)/.test(name)) return undefined
  let result: Value = unknown
  for (const [key, value] of list)
    result = join(result, runFunction(machine, own, [value, textValue(key)], []))
  return result
}

function namedCallback(
  machine: Machine,
  arg: Value,
  { name, data, given, at }: { name: string; data: Value; given: readonly Value[]; at: number },
): Value | undefined {
  const called = arg.text!.replace(/^\\/, '').toLowerCase()
  const own = machine.functions.get(called)
  if (own !== undefined && !machine.stack.includes(own)) {
    return eachElement(machine, own, name, given) ?? runFunction(machine, own, [data, data], [])
  }
  if (!dangerousCallbacks.has(called)) {
    if (arg === given[0] && name.startsWith('call_user')) {
      const rest = given[1]?.items === undefined ? given.slice(1) : [...given[1].items.values()]
      return callFunction(machine, called, rest, { at, nodes: [], name: arg })
    }
    return undefined
  }
  noteHiddenName(machine, called, { at, nodes: [], name: arg })
  const { taint, from } = data
  if ((taint & origin.request) !== 0)
    machine.report('callback', 94, at, `${from} reaches ${called} through ${name}`)
  else if ((taint & (origin.embedded | origin.remote | origin.unset | origin.hidden | origin.stored)) !== 0) {
    machine.report('callback', 72, at, `${from} reaches ${called} through ${name}`)
  } else {
    for (const other of given)
      if (other !== arg && other.text !== undefined) codeSink(machine, called, other, at)
  }
  return undefined
}

interface MethodCall {
  readonly args: readonly Value[]
  readonly at: number
  readonly nodes: readonly Argument[]
}

const runMethods = new Set(['run', 'exec', 'shellexecute', 'shell'])

/** `$object->name(…)` and `Class::name(…)`. */
export function callMethod(machine: Machine, object: Value, name: Value, call: MethodCall): Value {
  const { args, nodes } = call
  if (name.text === undefined) return dispatched(machine, object, name, call)
  const called = name.text.toLowerCase()
  if (object.closure !== undefined && (called === 'call' || called === '__invoke' || called === 'invoke')) {
    return callClosure(machine, object.closure, args, nodes)
  }
  judgeRole(machine, called, args, call.at)
  judgeQuery(machine, object, called, call)
  if (called.startsWith('getdoccomment')) return tainted(origin.self, 'a comment')
  if (called === 'getmessage' && object.type === '' && args.length === 0)
    return tainted(origin.hidden, 'an exception’s message')
  return knownMethod(machine, object, called, call) ?? ownMethod(machine, object, called, call)
}

/** Methods of PHP's own classes. */
function knownMethod(
  machine: Machine,
  object: Value,
  called: string,
  { args, at, nodes }: MethodCall,
): Value | undefined {
  switch (object.type) {
    case 'com':
      if (runMethods.has(called)) commandSink(machine, `COM ${called}`, derived(args), at)
      return object
    case 'reflectionfunction':
    case 'reflectionmethod':
      if (called === 'invoke')
        return dynamicCall(machine, object.inner ?? unknown, args, { at, nodes, name: object.inner })
      if (called === 'invokeargs')
        return dynamicCall(machine, object.inner ?? unknown, [derived(args)], {
          at,
          nodes: [],
          name: object.inner,
        })
      return called === 'getclosure' ? (object.inner ?? unknown) : unknown
    case 'closure':
    case 'reflectionclass':
      if (called === 'fromcallable') return args[0] ?? unknown
      if (called.startsWith('newinstance')) {
        return construct(machine, object.inner ?? unknown, args, { at, nodes, name: object.inner })
      }
      break
    case 'splfileobject':
      if (called === 'fwrite')
        writeSink(machine, 'fwrite', { path: object.inner ?? unknown, content: args[0] ?? unknown, at })
      break
    case 'ffi':
      if (called === 'system' || called === 'popen') commandSink(machine, called, args[0] ?? unknown, at)
      return object
    default:
  }
  return undefined
}

function ownMethod(machine: Machine, object: Value, called: string, { args, at, nodes }: MethodCall): Value {
  const own = machine.methods.get(called)
  if (own !== undefined) {
    const fitting = own.find((node) => node.className === object.type) ?? own[0]!
    return runFunction(machine, fitting, args, nodes)
  }
  if (callbackMethods.has(called))
    return callback(
      machine,
      called,
      object.taint === 0 && object.items === undefined ? withInner(object, args) : [...args, object],
      { at, nodes, name: undefined },
    )
  const magic = machine.methods.get('__call') ?? machine.methods.get('__callstatic')
  if (magic !== undefined && machine.classes.has(object.type))
    return runFunction(machine, magic[0]!, [textValue(called), listed(args)], [])
  // Of somebody else's object: what it returns is its own affair, except for what wraps the request.
  return object.taint === 0 || object.taint === origin.unset ? unknown : tainted(object.taint, object.from)
}

function withInner(object: Value, args: readonly Value[]): readonly Value[] {
  return object.inner === undefined ? args : [...args, object.inner]
}

/** A method whose name is computed: frameworks do little else, so both must be the request's. */
function dispatched(machine: Machine, object: Value, name: Value, { args, at }: MethodCall): Value {
  const data = derived(args)
  const isObjectFree = (object.taint & origin.request) !== 0
  if ((name.taint & origin.request) !== 0 && isObjectFree && args.length > 0) {
    machine.report('dynamic-call', 85, at, `${name.from} names the method that is called`)
  }
  return data
}

/** `new name(…)`. */
export function construct(machine: Machine, name: Value, args: readonly Value[], site: CallSite): Value {
  const { at } = site
  const data = derived(args)
  if (name.text === undefined) {
    if ((name.taint & origin.request) !== 0 && (data.taint & origin.request) !== 0) {
      machine.report('dynamic-new', 70, at, `${name.from} names the class that is made with ${data.from}`)
    }
    return objectValue('', undefined, name)
  }
  const type = name.text.replace(/^.*\\/s, '').toLowerCase()
  const own = machine.classes.get(type)
  if (own !== undefined) {
    const maker = own.methods.find(
      (node) => node.name.toLowerCase() === '__construct' || node.name.toLowerCase() === type,
    )
    const inherited =
      maker ??
      machine.classes.get(own.parent)?.methods.find((node) => node.name.toLowerCase() === '__construct')
    if (inherited !== undefined) runFunction(machine, inherited, args, site.nodes)
    return objectValue(type, data.taint === 0 ? undefined : data)
  }
  if (type === 'com' && /wscript\.shell|shell\.application/i.test(args[0]?.text ?? ''))
    return objectValue('com', args[0])
  judgeMade(machine, type, args, at)
  if (type === 'reflectionfunction' && site.name === undefined) return objectValue(type, args[0])
  if (type === 'reflectionfunction') {
    machine.report('hidden-name', 55, at, 'reflection is used under a hidden name', 'T1027')
    return objectValue(type, args[0])
  }
  if (type === 'reflectionmethod') return objectValue(type, args[1] ?? args[0])
  const value = objectValue(type, args[0] ?? undefined)
  return args[0]?.items === undefined ? value : { ...value, inner: args[0] }
}
