// What each tag of a value would do in a page: run something, load something, lead somewhere, or belong to the page's own structure.

import { decodeEntities } from '../../decode/entities.ts'
import { isOddAddress } from '../../hosts.ts'
import type { Tag } from './html.ts'
import { callsScript, runsScript, unescaped } from './script.ts'
import { runningStyle, shown, type Sign } from './sign.ts'

/** Elements that load or run something by themselves, with the attribute that makes them do so. */
const loaders: Readonly<Record<string, RegExp>> = {
  script: /^(?:src|(?:\w+:)?href|for|type|language|id)$/,
  iframe: /^(?:src|srcdoc|name|id)$/,
  frame: /^src$/,
  object: /^(?:data|classid|type|codebase)$/,
  embed: /^(?:src|code|type)$/,
  applet: /^(?:code|archive|object)$/,
  base: /^href$/,
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
export function signOfTag(tag: Tag, text: string): Sign | undefined {
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
  const sent = signOfSending(tag)
  if (sent !== undefined) return sent
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

/** Where a tag leads: an address that hides its host, an image whose address is a request, a page that is left at once. */
function signOfSending({ name, attributes }: Tag): Sign | undefined {
  for (const { name: key, value } of attributes) {
    // Browsers drop white space in a scheme and in a host.
    const address = /^(?:href|src|action|data|background)$/.test(key) ? value.replaceAll(/\s/g, '') : ''
    const host = /^https?:[/\\]{0,4}([^/?#:\s@]{1,80})/i.exec(address)?.[1]
    if (host !== undefined && isOddAddress(host.toLowerCase()))
      return { why: `gives a tag ${shown(name)} an address that hides its host`, confidence: 72 }
    if (
      /^(?:img|image|bgsound)$/.test(name) &&
      key === 'src' &&
      /^https?:[^?]{1,300}\?[^=]{1,60}=/i.test(address)
    )
      return {
        why: 'puts an image whose address is a request in the name of who sees it',
        confidence: 62,
        isMarkup: true,
      }
  }
  if (name !== 'meta') return undefined
  const leaves = attributes.some(
    ({ name: key, value }) =>
      key === 'http-equiv' && /^\s{0,4}(?:refresh|set-cookie|link|content-security-policy)/i.test(value),
  )
  const isCharset = attributes.some(
    ({ name: key, value }) =>
      /^(?:charset|content)$/.test(key) && /utf-?7|us-ascii|iso-2022|x-imap/i.test(value),
  )
  return leaves || isCharset
    ? { why: 'puts a tag meta that changes what the browser does with the page', confidence: 70 }
    : undefined
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
  vmlframe: /^src$/,
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

function styleOf(content: string): Sign | undefined {
  return /^[^<]{0,300}\{/.test(content)
    ? { why: "puts a style for the page's elements", confidence: 62, isMarkup: true }
    : undefined
}
