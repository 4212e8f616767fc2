// JavaScript as an injection writes it: calls of what shows, sends or runs something, also spelled by escapes, indexing, tagged
// templates and constructors; and addresses whose scheme runs a script, also with white space and entities inside of the scheme.

import { decodeEntities } from '../../decode/entities.ts'
import { decodeEscapes } from '../../decode/escapes.ts'

/** Calls and assignments that ordinary text does not hold. Every quantifier is bounded. */
const calls = [
  /(?:^|[^\w.$-]|['"`)\]\s;]-)(?:window\.|self\.|top\.|parent\.|this\.|frames\.|globalThis\.)?(?:alert|prompt|confirm|eval|setTimeout|setInterval|execScript|importScripts|atob|msgbox|jAlert|showModalDialog|expression)\s{0,3}(?:\/\*.{0,20}\*\/)?(?:\?\.)?\s{0,3}\(\s{0,3}(?:['"`/\d+!~[\\-]|document|window|this|origin|String|atob|unescape|name\)|self|top|xss|location|[a-z]\))/i,
  // Calls without arguments: those that show something by themselves; setTimeout() is a name in a text.
  /(?:^|[^\w.$-]|['"`)\]\s;]-)(?:window\.|self\.|top\.|parent\.|this\.)?(?:alert|prompt|confirm|eval|execScript|msgbox|jAlert)\s{0,3}(?:\?\.)?\(\s{0,3}(?:\)\s*(?:$|[/;'"`+*<>)-])|$)/i,
  /(?:^|[^\w.$-]|['"`)\]\s;]-)(?:\w{1,20}\.)?(?:alert|prompt|confirm|eval|setTimeout|setInterval|atob|expression)\(\w{1,20}[.(`'\\)]/i,
  /(?:^|[^\w.$`-]|['"`)\]\s;]-)(?:alert|prompt|confirm|eval|setTimeout|Function|import|print)(?:\\?`[^\s`][^`]{0,80}`|\\{1,2}`)/i,
  /(?:^|[^\w$-])(?:Function|fetch|write(?:ln)?|print|unescape|import|open|vibrate)\(\s{0,3}(?:['"`/\\]|document|location|String|unescape|atob|\)\()/,
  /(?:^|[;'"`=>,-])print\(\)/,
  /(?:^|[^\w-])document\)?\s{0,8}(?:\.\s{0,8}|\[\s{0,2}['"`]?)(?:cookie|domain|write(?:ln)?|location|body|documentElement|createElement|URL|referrer|head|forms|all|getElement|querySelector|appendChild|default|implementation|baseURI|inner|lookup|x\b)/i,
  /(?:^|[^\w-])(?:window|self|top|parent|frames|globalThis|this)\s{0,8}(?:\[\s{0,8}(?:['"`/\\(+]|\d)|\.(?:location|onerror|onload|eval)\b)/,
  /(?:^|[\s;'"`({,=:>/])location\s{0,2}(?:=\s{0,2}(?:['"`/\w]|\[)|\.(?:href|replace|assign|hash|search)\b|\[)/i,
  /\bString\s{0,2}\.\s{0,2}fromC(?:har|odePoint)/i,
  /\.\s{0,2}constructor\s{0,2}(?:\.|\(|\[|`)|\[\s{0,2}['"`]constructor['"`]\s{0,2}\]|\bconstructor\.constructor/,
  /\.(?:innerHTML|outerHTML|insertAdjacentHTML|srcdoc)\b\s{0,2}[=(]/i,
  /\bset(?:Timeout|Interval)\(\w{1,20},\s{0,3}\d/,
  /\bnew\s{1,3}(?:Image|XMLHttpRequest|ActiveXObject|Function|WebSocket)\b\s{0,2}[(`;).]?/,
  /\bon(?:error|load|hashchange)\s{0,2}=\s{0,2}(?:alert|eval|prompt|confirm|function|\(|\w=>)/i,
  /\bthrow\b.{0,30}\bonerror\b|\bonerror\b.{0,30}\bthrow\b/,
  /\b(?:Set\.constructor|Reflect\.(?:apply|get|call|construct)|valueOf\s{0,2}=|toString\s{0,2}=)\s{0,2}[(`\w.]/,
  /(?:\(\s{0,2}|=\s{0,2}|\[\s{0,2}|[,;]\s{0,2})(?:alert|prompt|confirm|eval)\b\s{0,2}(?:\)|,|;|\]|\.call|\.apply)/,
  /\$\{\s{0,3}(?:alert|prompt|confirm|eval|fetch|document|window|location)/,
  /(?:!\[\]|\[\]|\+\[\]|\(\)|!\+){6}/,
  // The letters of programs without letters: false, true, 0, 1 and undefined made of brackets.
  /\(!\[\]\+\[\]\)\[|\(!!\[\]\+\[\]\)|\+!\+\[\]|^\s?\+!!\[\]|\[\]\[\[\]\]/,
  /(?:^|[^\w$.-])navigator\.(?:vibrate|sendBeacon|geolocation|credentials|clipboard|serviceWorker)\b\s{0,2}[(.]/,
  /\bReflect\.\w{2,20}\.(?:call|apply|bind)\s{0,2}[(`]/,
]

/** Whether a piece of text calls what an injection calls. Linear. */
export function callsScript(text: string): boolean {
  const code = text.includes('/*') ? text.replaceAll(/\/\*[^*]{0,40}\*\//g, '') : text
  return calls.some((pattern) => pattern.test(code))
}

/** Escapes of JavaScript that the first decoding leaves: short octal ones, and those of a lone NUL. */
export function unescaped(text: string): string {
  if (!text.includes('\\')) return text
  return decodeEscapes(text).replaceAll(/\\([0-7]{1,3})/g, (_all, octal: string) =>
    String.fromCharCode(Number.parseInt(octal, 8)),
  )
}

/** Schemes that run a script; `data:` where its type is one that a browser runs. */
const scheme =
  /^[^a-z]{0,30}(?:javascript|vbscript|livescript|mocha|vbs|jscript|ecmascript|feed:javascript|view-source:javascript):|^[^a-z]{0,30}data:[^,]{0,60}(?:html|xml|svg|javascript|base64)|^[^a-z]{0,30}data:,?\s*(?:alert|<)/i

/** Whether an address, as a browser reads it, runs a script: entities decoded, white space and control characters dropped. */
export function runsScript(address: string): boolean {
  const start = unescaped(decodeEntities(address.slice(0, 400))).replace(
    /[\s\0-\x20\u00a0\ufeff\u200b-\u200f]|\/\*.{0,20}\*\//g,
    '',
  )
  return scheme.test(start)
}
