// Cross-site scripting (CWE-79): what a browser would make of a value in each place where a page can show it: as markup, inside an
// attribute's value, inside a script, as an address. Not every `<` is an attack: a tag has to run something.

import { decodeEntities } from '../../decode/entities.ts'
import type { AttackFinding, Part, PartDetector } from '../../detector.ts'
import { tagsOf } from './html.ts'
import { signOfMarkup } from './markup.ts'
import { callsScript, runsScript, unescaped } from './script.ts'
import type { Sign } from './sign.ts'
import { signOfTag } from './tags.ts'

export const xssDetector: PartDetector = {
  id: 'xss',
  places: ['path', 'query', 'cookie', 'referer', 'user-agent', 'header', 'body'],
  detect,
}

/** A sign of this confidence needs no stronger one. */
const strong = 85

/** Only values with one of these characters can run anything. */
const gate = /[<(=`:]|-->|[\])}]{2}|\w\[["'`]|document\W|&(?:#|[a-z]{2,8};)|\+ADw-|\\x3c|\\u003c/i

function detect(value: string, part: Part): AttackFinding | undefined {
  if (!gate.test(value)) return undefined
  const sign = signOf(value, part.place) ?? signOfEscaped(value, part.place)
  if (sign === undefined) return undefined
  const confidence = sign.isMarkup === true && part.place === 'body' ? sign.confidence - 25 : sign.confidence
  return {
    class: 'xss',
    detector: 'xss',
    why: `The value ${sign.why}.`,
    confidence,
    techniques: ['T1059.007', 'T1190'],
    cwe: 'CWE-79',
  }
}

function signOfEscaped(value: string, place: Part['place']): Sign | undefined {
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
  return plain === value ? undefined : signOf(plain.replaceAll('\0', ''), place)
}

function signOf(value: string, place: Part['place']): Sign | undefined {
  let best: Sign | undefined
  const take = (sign: Sign | undefined): void => {
    if (sign !== undefined && sign.confidence > (best?.confidence ?? 0)) best = sign
  }
  if (value.includes('<')) take(signOfTags(value))
  take(signOfMarkup(value))
  if (best !== undefined) return best
  take(signOfBreakout(value))
  take(signOfAddress(value))
  take(signOfScript(value, place))
  return best
}

/** Scripts and styles in one value, after which their contents are not looked at any more: no text has so many. */
const maxContents = 32

/** The strongest sign of the tags, or the first that is strong enough. */
function signOfTags(value: string): Sign | undefined {
  let best: Sign | undefined
  let contents = 0
  for (const tag of tagsOf(value)) {
    if (tag.name === 'script' || tag.name === 'style') contents += 1
    if (contents > maxContents) return best ?? { why: 'puts one script after the other', confidence: 65 }
    const sign = signOfTag(tag, value)
    if (sign !== undefined && sign.confidence > (best?.confidence ?? 0)) best = sign
    if (best !== undefined && best.confidence >= strong) return best
  }
  return best
}

/** A quote, attributes, and one that browsers run: whatever its value is, nobody writes that but to leave a tag's attribute. */
const leftAttribute =
  /^[^"'<>]{0,40}["']\s(?:[\w-]{1,24}\s{0,2}=[^<>=]{0,60}\s)?[^<>]{0,60}\bon(?:error|load|click|dblclick|mouse(?:over|out|move|enter|down|up)|focus(?:in)?|blur|key(?:down|up|press)|change|input|submit|toggle|wheel|scroll|paste|copy|cut|drag|drop|begin|end|animation(?:start|end)|transitionend|pointer\w{2,8})\s{0,4}=/i
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
  return leftAttribute.test(value)
    ? { why: 'leaves an attribute and adds an event handler', confidence: 65 }
    : undefined
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
function signOfScript(value: string, place: Part['place']): Sign | undefined {
  if (!callsScript(value)) return undefined
  const isLeaving = /^[^"'`]{0,60}["'`\\]\s{0,3}[;+\-*/,)}\]|&^%=<>?:]/.test(value)
  if (isLeaving) return { why: 'leaves a string of a script and calls a function', confidence: 85 }
  // Manuals have pages named document.cookie and eval(): in a path a call has an argument.
  if (place === 'path' && !/[(`=]\s{0,4}[^\s()`=]/.test(value)) return undefined
  return { why: 'is a script that calls a function of the browser', confidence: 70 }
}
