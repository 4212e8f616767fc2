// PHP's own functions that do something with the request's data, or set variables: one entry each.

import type { FunctionNode } from './ast.ts'
import { assign, dropVariables, setProperty } from './assign.ts'
import type { CallSite, Effect, NamedSite } from './call-site.ts'
import { isAnyFile, uploadSink, writeSink } from './file-sinks.ts'
import { listed } from './fold.ts'
import { tokenize } from './lexer.ts'
import type { Machine } from './machine.ts'
import { codeFunctions, commandFunctions } from './names.ts'
import { parse } from './parse.ts'
import { codeSink, commandSink } from './sinks.ts'
import { anyKey, serverField, superglobal } from './sources.ts'
import {
  arrayValue,
  beginning,
  concatenate,
  deepTaint,
  derived,
  made,
  objectValue,
  origin,
  tainted,
  textValue,
  unknown,
  type Value,
} from './value.ts'

const effects = new Map<string, Effect>()

export function effectOf(name: string): Effect | undefined {
  return effects.get(name)
}

function define(names: Iterable<string>, effect: Effect): void {
  for (const name of names) effects.set(name, effect)
}

define(commandFunctions, (machine, args, { at, called }) => {
  commandSink(machine, called, args[0] ?? unknown, at)
  return unknown
})
define(codeFunctions, (machine, args, { at, called }) => {
  codeSink(machine, called, args[0] ?? unknown, at)
  return unknown
})
define(['create_function'], (machine, args, { at, called }) => {
  const [parameters = unknown, body = unknown] = args
  codeSink(machine, called, body, at)
  codeSink(machine, called, parameters, at)
  const closure = madeFunction(parameters.text, body.text)
  return closure === undefined ? objectValue('function', undefined) : { ...unknown, closure, type: 'closure' }
})
define(['preg_replace', 'preg_filter', 'mb_ereg_replace', 'mb_eregi_replace', 'mbereg_replace'], replacement)
define(['file_put_contents', 'fwrite', 'fputs'], (machine, args, { at, called }) => {
  const [target = unknown, content = unknown] = args
  const path = target.type === 'file' ? (target.inner ?? unknown) : target
  if (called === 'file_put_contents' || target.type === 'file')
    writeSink(machine, called, { path, content, at })
  return unknown
})
define(['copy', 'rename'], (machine, args, { at, called }) => {
  const [from = unknown, path = unknown] = args
  const remote = /^(?:https?|ftp):\/\//i.test(beginning(from).slice(0, 10))
  const content = remote ? tainted(origin.remote, 'another host') : deepTaint(from)
  if ((content.taint & (origin.upload | origin.remote)) !== 0)
    writeSink(machine, called, { path, content, at })
  return unknown
})
define(['move_uploaded_file'], (machine, args, { at, called }) => {
  uploadSink(machine, called, args[1] ?? unknown, at)
  return unknown
})
define(['extract', 'import_request_variables', 'parse_str', 'mb_parse_str'], (machine, args, { called }) => {
  const source = called.startsWith('import') ? tainted(origin.request, called) : deepTaint(args[0] ?? unknown)
  const whole = called.endsWith('parse_str') ? origin.request | origin.embedded : origin.request
  if ((source.taint & whole) !== 0) dropVariables(machine, tainted(origin.request, source.from))
  return unknown
})
define(['unserialize'], (machine, args, { at }) => {
  const given = deepTaint(args[0] ?? unknown)
  if ((given.taint & (origin.request | origin.remote)) === 0) return derived(args)
  machine.report('unserialize', 12, at, `${given.from} is unserialized`)
  // Its objects have any property that the classes of the file have.
  for (const { properties } of machine.classes.values()) {
    for (const { name } of properties) setProperty(machine, name, tainted(given.taint, given.from))
  }
  return tainted(given.taint, given.from)
})
define(['define'], (machine, [name, value = unknown]) => {
  if (name?.text !== undefined) machine.constants.set(name.text, value)
  return unknown
})
define(['constant'], (machine, [name]) =>
  name?.text === undefined
    ? unknown
    : (machine.constants.get(name.text.replace(/^.*(?=::)/, '')) ?? textValue(name.text)))
define(['compact'], (machine, args) => {
  const items = new Map<string, Value>()
  for (const { text } of args) if (text !== undefined) items.set(text, machine.get(text) ?? unknown)
  return arrayValue(items)
})
define(['getenv'], (_, [name]) => (name?.text === undefined ? unknown : serverField(name.text)))
define(['func_get_args'], (machine) => listed(machine.frame.args))
define(['func_get_arg'], (machine, [at]) => machine.frame.args[Number(at?.text)] ?? unknown)
define(['get_defined_vars'], () => tainted(origin.request, 'get_defined_vars()', 'globals'))
define([
  'get_defined_functions',
  'get_declared_classes',
  'get_loaded_extensions',
  'get_defined_constants',
], () => tainted(origin.hidden, 'PHP’s own list of names'))
define(['function_exists', 'is_callable', 'class_exists', 'extension_loaded', 'defined'], () => unknown)
define(['exif_read_data', 'read_exif_data', 'iptcparse', 'getimagesize_'], () =>
  tainted(origin.self, 'a picture’s metadata'))
define(['array_push', 'array_unshift'], (machine, args, { nodes, at }) => {
  const target = nodes[0]?.value
  const list = args[0]
  if (list?.items !== undefined)
    for (const value of args.slice(1)) list.items.set(String(list.items.size), value)
  else if (target !== undefined) assign(machine, target, listed(args.slice(1)), at)
  return unknown
})
define(['preg_match', 'preg_match_all', 'ereg', 'eregi'], (machine, args, { nodes, at }) => {
  const target = nodes[2]?.value
  if (target !== undefined) assign(machine, target, derived(args.slice(1, 2)), at)
  if (isStrictPattern(args[0]?.text))
    validate(machine, args.slice(1, 2), { at, nodes: nodes.slice(1, 2), name: undefined })
  return unknown
})
define(['openssl_public_decrypt', 'openssl_private_decrypt'], (machine, args, { nodes, at }) => {
  const target = nodes[1]?.value
  if (target !== undefined) assign(machine, target, derived(args.slice(0, 1)), at)
  return unknown
})
define(['ini_set', 'ini_alter'], (machine, args, { at }) => {
  if (/^auto_(?:prepend|append)_file$/i.test(args[0]?.text ?? '')) {
    machine.report('prepend', 45, at, 'another file is set to run with every script')
  }
  return unknown
})

const requestWhole = origin.request | origin.unset

/** Working with a file or folder that the request names in whole: alone an oversight, together a file manager. */
function pathSink(kind: string, score: number, words: string): Effect {
  return (machine, args, { at, called }) => {
    const path = deepTaint(args[0] ?? unknown)
    if (isAnyFile(path)) machine.report(kind, score, at, `${called}: ${path.from} names ${words}`)
    return called === 'scandir' || called === 'glob' ? tainted(origin.file, 'names of files') : unknown
  }
}
define(['opendir', 'scandir', 'glob', 'dir', 'chdir'], pathSink('lists', 36, 'the folder that is listed'))
define(['readfile', 'highlight_file', 'show_source', 'fpassthru_'], pathSink(
  'reads',
  36,
  'the file that is shown',
))
define(['unlink', 'rmdir', 'chmod', 'mkdir', 'touch', 'chown'], pathSink('changes', 36, 'what is changed'))
define([
  'mysql_query',
  'mssql_query',
  'pg_query',
  'sqlite_query',
  'odbc_exec',
  'ora_parse',
  'oci_parse',
  'mysql_db_query',
  'mysqli_query',
], (machine, args, { at, called }) => {
  const query = args
    .map((arg) => deepTaint(arg))
    .find((arg) => (arg.taint & requestWhole) !== 0 && arg.head === '')
  if (query !== undefined) machine.report('sql', 34, at, `${called} runs ${query.from}`)
  return unknown
})
define([
  'mysql_connect',
  'mssql_connect',
  'pg_connect',
  'mysqli_connect',
  'mysql_pconnect',
  'odbc_connect',
  'ftp_connect',
  'ftp_login',
], (machine, args, { at, called }) => {
  const isFree =
    args.length > 1
      ? isGiven(args.slice(0, 2)) || (args.length > 2 && isGiven(args.slice(1, 3)))
      : isConnection(args[0])
  if (isFree) machine.report('connects', 42, at, `${called} goes where the request says`)
  return unknown
})
define(['fsockopen', 'pfsockopen', 'stream_socket_client', 'socket_connect', 'socket_bind'], (
  machine,
  args,
  { at, called },
) => {
  const [host, port] = called.startsWith('socket_') ? [args[1], args[2]] : [args[0], args[1]]
  // A number is the request's as well.
  const isFree =
    (deepTaint(host ?? unknown).taint & requestWhole) !== 0 && port !== undefined && port.text === undefined
  if (isFree)
    machine.report('connects', 62, at, `${called} connects to the address and port in the request`, 'T1090')
  machine.sockets = true
  return tainted(origin.remote, 'a connection')
})
define(['stream_socket_server', 'socket_create', 'socket_create_listen'], (machine) => {
  machine.sockets = true
  return tainted(origin.remote, 'a connection')
})
define(['mail'], (machine, args, { at }) => {
  if (isMailer(args)) machine.report('mails', 61, at, 'the request gives address, subject and text of mails')
  return unknown
})
define(['wp_create_user', 'wp_insert_user', 'add_user'], (machine, args, { at, called }) => {
  const isFree =
    args.length > 1 && args.slice(0, 2).every((arg) => (deepTaint(arg).taint & origin.request) !== 0)
  if (isFree)
    machine.report('user', 50, at, `${called}: the request gives a new user its name and password`, 'T1136')
  return unknown
})
define(['putenv'], (machine, args, { at }) => {
  if (beginning(args[0] ?? unknown).startsWith('LD_PRELOAD'))
    machine.report('preload', 62, at, 'a library is loaded into other programs', 'T1574.006')
  return unknown
})
define(['sprintf'], (_, args) => {
  const [format, ...rest] = args
  if (format?.text === undefined || !/%s/.test(format.text) || /%[^s%]/.test(format.text))
    return derived(args)
  const parts: Value[] = []
  for (const [at, piece] of format.text.split('%s').entries()) {
    if (at > 0) parts.push(rest[at - 1] ?? unknown)
    if (piece !== '') parts.push(textValue(piece))
  }
  return concatenate(parts)
})

function isGiven(args: readonly Value[]): boolean {
  return args.every((arg) => (deepTaint(arg).taint & origin.request) !== 0)
}

/** `"host=" . $_POST['h'] . " user=" …`: one text that says it all. */
function isConnection(given: Value | undefined): boolean {
  if (given === undefined) return false
  const { taint, head } = deepTaint(given)
  return (
    (taint & (origin.request | origin.embedded)) !== 0 && (head === '' || /^\s*(?:host|dbname)=$/.test(head))
  )
}

/** Whom, under what title and what: the text may stand among the headers. */
function isMailer(args: readonly Value[]): boolean {
  const [to, subject, ...texts] = args.map((arg) => deepTaint(arg).taint)
  const whole = requestWhole | origin.remote
  if (to === undefined || (to & whole) === 0) return false
  // With `register_globals` the text is put together of names that nobody sets.
  const isOpen = (to & (subject ?? 0) & origin.unset) !== 0 && texts.length > 1
  const isText = isOpen || texts.some((taint) => (taint & (whole | origin.embedded | origin.file)) !== 0)
  return isText && ((subject ?? 0) & (whole | origin.embedded)) !== 0
}

const maxMade = 100_000

function madeFunction(parameters: string | undefined, body: string | undefined): FunctionNode | undefined {
  if (parameters === undefined || body === undefined || body.length > maxMade) return undefined
  const program = parse(tokenize(`return function(${parameters}){${body}};`, { isCode: true }))
  const [first] = program.body
  return first?.kind === 'return' && first.value?.kind === 'closure' ? first.value.closure : undefined
}

/** A pattern that lets only harmless characters through from beginning to end. */
function isStrictPattern(pattern: string | undefined): boolean {
  return (
    pattern !== undefined && /^(.)\^.{1,200}\$\1[a-zA-Z]*$/s.test(pattern) && !/\.[*+]|\[\^/.test(pattern)
  )
}

/** `preg_replace` and its like: with the modifier `e` the replacement is code. */
function replacement(machine: Machine, args: readonly Value[], { at, called }: NamedSite): Value {
  const [pattern = unknown, code = unknown, subject = unknown] = args
  const first = pattern.items === undefined ? pattern : (pattern.items.get('0') ?? unknown)
  const isMultibyte = called.startsWith('mb')
  const evaluates = isMultibyte ? args[3]?.text?.includes('e') === true : hasDelimiters(first.text ?? '')
  if (evaluates) {
    judgeReplacement(machine, `${called} with /e`, { code, subject, at })
    if (code.text !== undefined && /[$(]/.test(code.text)) machine.runCode(code.text, at)
  } else if (isRequest(pattern) && isRequest(code)) {
    const score = isRequest(subject) ? 90 : 50
    machine.report('code', score, at, 'the request gives preg_replace its pattern and its code')
  }
  return carried(called, args)
}

function isRequest(value: Value): boolean {
  return (deepTaint(value).taint & origin.request) !== 0
}

/** A reference to what was found: the data itself is the code. */
const reference = /^\s{0,9}@?(?:eval\s{0,9}\(\s{0,9})?["']?(?:\\\\?|\$)\d["']?\)?;?\s{0,9}$/

function judgeReplacement(
  machine: Machine,
  name: string,
  { code, subject, at }: { code: Value; subject: Value; at: number },
): void {
  if (deepTaint(code).taint !== 0 || !reference.test((code.text ?? '').slice(0, 60))) {
    codeSink(machine, name, code, at)
    return
  }
  const data = deepTaint(subject)
  if ((data.taint & (origin.request | origin.unset | origin.remote)) !== 0) codeSink(machine, name, data, at)
  else if (subject.text !== undefined) codeSink(machine, name, subject, at)
}

function hasDelimiters(pattern: string): boolean {
  const open = pattern.trimStart()[0] ?? ''
  const close = { '(': ')', '[': ']', '{': '}', '<': '>' }[open] ?? open
  const end = pattern.lastIndexOf(close)
  return end > 0 && /^[imsxuADSUXJe\s]*$/.test(pattern.slice(end + 1)) && pattern.slice(end + 1).includes('e')
}

export function readFile(
  machine: Machine,
  args: readonly Value[],
  { name, at }: { name: string; at: number },
): Value {
  const [path = unknown] = args
  const named = deepTaint(path)
  if (isAnyFile(named)) machine.report('reads', 34, at, `${name}: ${named.from} names the file that is read`)
  const head = beginning(path).slice(0, 40)
  if (name.endsWith('open')) return objectValue('file', path, streamed(path, head))
  return streamed(path, head)
}

function streamed(path: Value, head: string): Value {
  if (/^php:\/\/input/i.test(head)) return tainted(origin.request, 'php://input')
  if (/^(?:https?|ftp):\/\//i.test(head)) return tainted(origin.remote, 'another host')
  const isOpenStream = head.length > 2 && 'php://input'.startsWith(head.toLowerCase())
  if (isOpenStream && (path.taint & origin.embedded) !== 0) return tainted(origin.request, path.from)
  if (/^data:/i.test(head)) return derived([path])
  const { taint, from, type } = deepTaint(path)
  if (path.type === 'file-path' || type === 'file-path' || taint === origin.ownName)
    return tainted(origin.self, 'the file itself')
  if ((taint & origin.upload) !== 0) return tainted(origin.upload, from)
  // Which file is read may be the request's choice: `include`'s sister, but the contents may be anything.
  if ((taint & origin.request) !== 0) return tainted(origin.remote, `the address in ${from}`)
  return tainted(origin.file, 'a file')
}

const splitters = new Set(['explode', 'split', 'spliti', 'preg_split'])

/** What comes out of functions that only reshape. */
export function carried(name: string, args: readonly Value[]): Value {
  // What replaces and what is searched for does not control the text.
  const relevant = /replace/.test(name) ? args.slice(1) : args
  const found = derived(relevant)
  // The pieces of a variable that nobody sets are the request's as well.
  if ((found.taint & origin.unset) !== 0 && splitters.has(name)) return arrayValue(new Map([[anyKey, found]]))
  if (found.taint !== 0) return { ...found, taint: found.taint & ~origin.file || found.taint }
  const isLong = args.some((arg) => (arg.text?.length ?? 0) > 200 || arg.made === made.decoded)
  const decodes = /decode|decrypt|inflate|uncompress|rot13|strrev|unpack|hex2bin|decompress/.test(name)
  return isLong && decodes ? tainted(origin.hidden, 'a constant') : unknown
}

export function noteUploadCheck(machine: Machine, args: readonly Value[]): void {
  for (const arg of args) {
    if ((deepTaint(arg).taint & (origin.uploadName | origin.upload)) !== 0 || arg.type === 'files')
      machine.checksUploads = true
  }
}

/** From here on the variables that were looked at are no longer anything the request likes. */
export function validate(machine: Machine, args: readonly Value[], { nodes }: CallSite): void {
  for (const [at, { value: node }] of nodes.entries()) {
    const value = args[at]
    if (value === undefined || (value.taint & (origin.request | origin.embedded)) === 0) continue
    if (node.kind === 'variable' && superglobal(node.name) === undefined) machine.set(node.name, unknown)
    else if (node.kind === 'index' && value.from.endsWith("']")) machine.trusted.add(value.from)
  }
}
