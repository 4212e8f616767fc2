// Cross-site scripting (CWE-79): what a browser would make of a value in each place where a page can show it: as markup, inside an
// attribute's value, inside a script, as an address. Not every `<` is an attack: a tag has to run something.

import { decodeEntities } from '../../decode/entities.ts'
import type { AttackFinding, Part, PartDetector } from '../../detector.ts'
import { type Tag, tagsOf } from './html.ts'
import { callsScript, runsScript, unescaped } from './script.ts'

export const xssDetector: PartDetector = {
  id: 'xss',
  places: ['path', 'query', 'cookie', 'referer', 'user-agent', 'header', 'body'],
  detect,
}

interface Sign {
  readonly why: string
  readonly confidence: number
  /** Markup that runs nothing by itself: editors of texts send it in bodies, nobody in a query. */
  readonly isMarkup?: true
}

/** Only values with one of these characters can run anything. */
const gate = /[<(=`:]|document\W|&(?:#|[a-z]{2,8};)|\+ADw-|\\x3c|\\u003c/i

function detect(value: string, part: Part): AttackFinding | undefined {
  if (!gate.test(value)) return undefined
  const sign = signOf(value) ?? signOfEscaped(value)
  if (sign === undefined) return undefined
  const confidence = sign.isMarkup === true && part.place === 'body' ? sign.confidence - 25 : sign.confidence
  return {
    class: 'xss',
    detector: 'xss',
    why: sign.why,
    confidence,
    techniques: ['T1059.007', 'T1190'],
    cwe: 'CWE-79',
  }
}

function signOfEscaped(value: string): Sign | undefined {
  if (!/\\[ux\d]|&(?:#|\w{2,10};)|\+ADw-|\0/.test(value)) return undefined
  const plain = decodeEntities(
    unescaped(
      value
        .replaceAll('\0', '')
        .replace(/\+ADw-/gi, '<')
        .replace(/\+AD4-/gi, '>')
        .replace(/\+ACI-/gi, '"'),
    ),
  )
  return plain === value ? undefined : signOf(plain.replaceAll('\0', ''))
}

function signOf(value: string): Sign | undefined {
  let best: Sign | undefined
  const take = (sign: Sign | undefined): void => {
    if (sign !== undefined && sign.confidence > (best?.confidence ?? 0)) best = sign
  }
  if (value.includes('<')) {
    for (const tag of tagsOf(value)) take(signOfTag(tag, value))
    take(signOfMarkup(value))
  }
  if (best !== undefined) return best
  take(signOfBreakout(value))
  take(signOfAddress(value))
  take(signOfScript(value))
  return best
}

/** Elements that load or run something by themselves, with the attribute that makes them do so. */
const loaders: Readonly<Record<string, RegExp>> = {
  script: /^(?:src|(?:\w+:)?href|for|type|language|id)$/,
  iframe: /^(?:src|srcdoc|name|id)$/,
  frame: /^src$/,
  object: /^(?:data|classid|type|codebase)$/,
  embed: /^(?:src|code|type)$/,
  applet: /^(?:code|archive|object)$/,
  base: /^href$/,
  meta: /^(?:http-equiv|charset)$/,
  link: /^(?:rel|href)$/,
  form: /^action$/,
  xml: /^(?:id|src)$/,
  animate: /^(?:attributename|values|from|to|onbegin|href|xlink:href)$/,
  set: /^(?:attributename|xmlns)$/,
  import: /^(?:namespace|implementation)$/,
  layer: /^src$/,
  bgsound: /^src$/,
  'xml-stylesheet': /^href$/,
  handler: /^.*event$/,
  listener: /^(?:event|handler)$/,
  param: /^(?:name|value)$/,
}

const certain: ReadonlySet<string> = new Set(['script', 'iframe', 'object', 'embed', 'applet', 'frame'])
const event = /^on[a-z]{3,}/
const data = /^(?:datasrc|datafld|dataformatas|formaction|srcdoc|fscommand|seeksegmenttime)$/
const runningStyle =
  /expression\s{0,3}\(|behaviou?r\s{0,3}:|-moz-binding|(?:java|vb|live)script\s{0,3}:|@import|\\[\da-f]{1,6}|\/\*/i

function signOfTag(tag: Tag, text: string): Sign | undefined {
  const { name, attributes } = tag
  for (const attribute of attributes) {
    if (event.test(attribute.name))
      return {
        why: `puts the event handler ${shown(attribute.name)} into a tag ${shown(name)}`,
        confidence: 92,
      }
    if (!attribute.hasValue) continue
    if (runsScript(attribute.value))
      return {
        why: `gives ${shown(attribute.name)} of a tag ${shown(name)} an address that runs a script`,
        confidence: 92,
      }
    if (data.test(attribute.name))
      return { why: `binds ${shown(attribute.name)} of a tag ${shown(name)}`, confidence: 72 }
    if (/(?:&#[xX]?[\da-fA-F]+;?){3}/.test(attribute.value))
      return { why: `spells ${shown(attribute.name)} of a tag ${shown(name)} in entities`, confidence: 75 }
    if (
      attribute.name === 'style' &&
      (runningStyle.test(attribute.value) || runningStyle.test(unescaped(decodeEntities(attribute.value))))
    )
      return { why: 'puts a style that runs a script or loads one', confidence: 85 }
  }
  const loader = loaders[name]
  if (
    loader !== undefined &&
    attributes.some((attribute) => attribute.hasValue && loader.test(attribute.name))
  )
    return {
      why: `puts a tag ${shown(name)} that loads or runs something`,
      confidence: certain.has(name) ? 85 : 68,
    }
  return signOfContent(tag, text)
}

/** A script or a style is an attack by what stands in it: its name alone stands in many a text about the web. */
function signOfContent(tag: Tag, text: string): Sign | undefined {
  const { name, end } = tag
  if (name !== 'script' && name !== 'style') return signOfStructure(tag)
  const next = text.indexOf('<', end)
  const content = text.slice(end, Math.min(next === -1 ? text.length : next + 12, end + 2000))
  if (name === 'style')
    return runningStyle.test(content)
      ? { why: 'puts a style that runs a script or loads one', confidence: 80 }
      : styleOf(content)
  if (
    /^[^<]{0,200}(?:\w\(|[\w\])]\s{0,2}=|\{|;\s*(?:<|$)|\/[/*]|^\s*[([!+]{2})/.test(content) ||
    callsScript(unescaped(content)) ||
    /^[^<]{0,200}<\\{0,2}\/script/i.test(content)
  )
    return { why: 'puts a script', confidence: 88 }
  return undefined
}

/** Elements that a page's writer needs and a visitor does not. */
const structural: Readonly<Record<string, RegExp>> = {
  svg: /./,
  math: /./,
  form: /./,
  input: /^(?:name|type|value|autofocus)$/,
  button: /^(?:form|type)$/,
  textarea: /./,
  body: /^(?:style|background|bgcolor)$/,
  html: /^xmlns|manifest/,
  image: /./,
  img: /^(?:filter|lowsrc|dynsrc)$/,
  stylesheet: /./,
  namespace: /./,
  xss: /./,
  include: /./,
  attlist: /./,
  entity: /./,
  doctype: /^\[|^system$|.\[$/,
  circle: /./,
  rect: /./,
  path: /./,
  listing: /./,
  isindex: /./,
  keygen: /./,
  dialog: /./,
}

function signOfStructure({ name, attributes }: Tag): Sign | undefined {
  const expected = structural[name]
  const isStructural = expected !== undefined && attributes.some((attribute) => expected.test(attribute.name))
  const isForeign = attributes.some(
    ({ name: key, value }) =>
      /^xlink:href$|^xmlns/.test(key) || (key === 'style' && /url\(|font-family:[^;]*[{}[]/i.test(value)),
  )
  return isStructural || isForeign
    ? {
        why: `puts a tag ${shown(name)} that belongs to a page's own structure`,
        confidence: 65,
        isMarkup: true,
      }
    : undefined
}

const leaving =
  /^[\s"'`>/)};\]-]{0,20}<\/(?:script|style|title|textarea|noscript|noembed|xmp|iframe|template|svg|math|form|html|body|head)\b/i
const start =
  /^(?:.{0,12}<(?:svg|math|html|body|head|image|xmp|listing|plaintext)\b|\s*<div\b|\s*<\/[a-z]|\W{0,8}<(?:script|style|form|iframe|xss)\b[^<>]{0,40}>\W{0,8}$)/i
const markup =
  /\u00bc\/?script\b|<xss\b|<!--\s*#\s*(?:exec|include|echo|config|printenv)|-->\]\]>|<!\[CDATA\[|<'">|<!ENTITY\s|<!ATTLIST|<\?import/i

/** Signs in the text as a whole: an element that runs or hides is left, or a construct of XML and server-side includes. */
function signOfMarkup(value: string): Sign | undefined {
  if (leaving.test(value))
    return { why: 'ends an element of the page that the value may stand in', confidence: 62, isMarkup: true }
  if (markup.test(value))
    return { why: 'holds a construct of XML or of server-side includes', confidence: 65, isMarkup: true }
  if (start.test(value))
    return { why: "starts with a tag of a page's own structure", confidence: 60, isMarkup: true }
  return undefined
}

function styleOf(content: string): Sign | undefined {
  return /^[^<]{0,300}\{/.test(content)
    ? { why: "puts a style for the page's elements", confidence: 62, isMarkup: true }
    : undefined
}

/** A name that the attacker chose, as it may be shown. */
function shown(name: string): string {
  return name.replace(/[^\w:.-]/g, '').slice(0, 24)
}

const breakout = /(?:^|["'`\s/>])\s{0,8}on[a-z]{4,25}\s{0,5}=\s{0,5}["'`]?([^"'`].{0,200})/i

/** An attribute's value is left, and the next attribute is an event handler: no `<` is needed for that. */
function signOfBreakout(value: string): Sign | undefined {
  const found = breakout.exec(value)
  const handler = found?.[1]
  if (handler === undefined) return undefined
  const isLeaving = /["'`]/.test(
    value.slice(0, found?.index ?? 0) + value.slice(found?.index ?? 0, (found?.index ?? 0) + 2),
  )
  if (callsScript(unescaped(decodeEntities(handler))))
    return { why: 'leaves an attribute and adds an event handler', confidence: isLeaving ? 90 : 70 }
  return undefined
}

/** The value itself is an address that runs a script. */
function signOfAddress(value: string): Sign | undefined {
  if (!value.includes(':') && !value.includes('&')) return undefined
  if (
    /^\s*(?:feed:|view-source:)?data:(?!text\/html|image\/svg|application\/x(?:html|ml)|text\/xml)/i.test(
      value,
    )
  )
    return undefined
  if (!runsScript(value)) {
    const inside = /(?:javascript|vbscript|livescript)\s{0,5}:\s{0,5}(.{1,200})/i.exec(value)?.[1]
    if (inside === undefined || !callsScript(unescaped(inside))) return undefined
    return { why: 'holds an address that runs a script', confidence: 75 }
  }
  return { why: 'is an address that runs a script', confidence: 80 }
}

/** The value is code, or leaves a string of a script and goes on with code. */
function signOfScript(value: string): Sign | undefined {
  if (!callsScript(value)) return undefined
  const isLeaving = /^[^"'`]{0,60}["'`\\]\s{0,3}[;+\-*/,)}\]|&^%=<>?:]/.test(value)
  if (isLeaving) return { why: 'leaves a string of a script and calls a function', confidence: 85 }
  return { why: 'is a script that calls a function of the browser', confidence: 70 }
}
