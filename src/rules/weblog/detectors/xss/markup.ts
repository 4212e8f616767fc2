// Signs of markup in a value as a whole, beside what its single tags do.

import { cssUnescaped, runningStyle, type Sign } from './sign.ts'

const leaving =
  /^[\s"'`>/)};\]-]{0,20}<\/(?:script|style|title|textarea|noscript|noembed|xmp|iframe|template|svg|math|form|html|body|head)\b/i
const start =
  /^(?:.{0,12}<(?:svg|math|html|body|head|image|xmp|listing|plaintext)\b|\s*<div\b|\s*<\/[a-z]|\W{0,8}<(?:script|style|form|iframe|xss)\b[^<>]{0,40}>\W{0,8}$)/i
/** A style of an attribute, up to its end; `\\28` is how CSS writes a parenthesis. */
const styleValue = /\bstyle\s{0,4}=\s{0,4}["'`]?([^"'`>]{1,300})/i
/** The value ends the comment that it may stand in, or hides what follows it in one. */
const commentEdge = /^\s{0,8}(?:--!?>\s{0,8}(?:$|[<{]|\W{1,6}$)|<!--\s{0,8}$)/
/** A value of an attribute, then the end of its tag: the value stands inside of a tag. */
const nameSpace =
  /^\s{0,8}["']?\s{0,8}xmlns(?::\w{1,20})?\s{0,4}=\s{0,4}["']https?:[^"']{1,200}["'][^<>]{0,40}>\s{0,8}$/i
const markup =
  /\u00bc\/?script\b|-moz-binding\s{0,4}:\s{0,4}url\(|<xss\b|<!--\s*#\s*(?:exec|include|echo|config|printenv)|-->\]\]>|<!\[CDATA\[|<!ENTITY\s|<!ATTLIST|<\?import/i

/** Signs in the text as a whole: an element that runs or hides is left, or a construct of XML and server-side includes. */
export function signOfMarkup(value: string): Sign | undefined {
  if (leaving.test(value))
    return { why: 'ends an element of the page that the value may stand in', confidence: 62, isMarkup: true }
  if (value.includes(`<'">`))
    return { why: 'tries whether the page shows quotes and brackets as they are', confidence: 65 }
  if (markup.test(value))
    return { why: 'holds a construct of XML or of server-side includes', confidence: 65, isMarkup: true }
  if (commentEdge.test(value))
    return { why: 'ends a comment of the page, or opens one', confidence: 60, isMarkup: true }
  if (nameSpace.test(value))
    return { why: 'names a name space and ends the tag', confidence: 62, isMarkup: true }
  const style = styleValue.exec(value)?.[1]
  if (style !== undefined && runningStyle.test(cssUnescaped(style)))
    return { why: 'puts a style that runs a script or loads one', confidence: 75 }
  if (start.test(value))
    return { why: "starts with a tag of a page's own structure", confidence: 60, isMarkup: true }
  return undefined
}
