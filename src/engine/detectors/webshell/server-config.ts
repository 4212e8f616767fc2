// `.htaccess` and `.user.ini` that make a server run pictures and texts as PHP, or put a file in front of every script.

import type { Evidence } from '../evidence.ts'

const technique = 'T1505.003'
const ordinary = /^(?:php\d{0,2}|phtml|phps|inc|module|ctp|phar|tpl|cgi|pl|py)$/i
const picture = /^(?:jpe?g|png|gif|bmp|ico|txt|log|css|js|html?|svg|pdf|dat|mp3|zip|webp)$/i

export function analyseConfig(text: string, evidence: Evidence): void {
  let offset = 0
  let match: string | undefined
  for (const line of text.split('\n')) {
    const files = /^\s*<Files(?:Match)?\s+["']?([^"'>]{1,200})/i.exec(line)
    if (files !== null) match = files[1]
    if (/^\s*<\/Files/i.test(line)) match = undefined
    judgeLine(line.trim(), { offset, match }, evidence)
    offset += line.length + 1
  }
}

function judgeLine(
  line: string,
  { offset, match }: { offset: number; match: string | undefined },
  evidence: Evidence,
): void {
  const handler = /^(?:AddHandler|AddType)\s+\S*(?:php|cgi-script|server-parsed)\S*\s+(.{1,300})$/i.exec(line)
  if (handler !== null) {
    const odd = handler[1]!
      .split(/\s+/)
      .map((name) => name.replace(/^\./, ''))
      .filter((name) => picture.test(name) && !/^(?:html?|js|css)$/i.test(name))
    if (odd.length > 0)
      evidence.add({
        kind: 'handler',
        score: 78,
        offset,
        technique,
        sentence: `files named .${odd[0]} are run as code`,
      })
    else if (
      /^AddHandler.*php/i.test(line) &&
      !handler[1]!
        .split(/\s+/)
        .every((name) => ordinary.test(name.replace(/^\./, '')) || picture.test(name.replace(/^\./, '')))
    ) {
      evidence.add({
        kind: 'handler',
        score: 40,
        offset,
        technique,
        sentence: 'files under an unusual name are run as code',
      })
    }
    return
  }
  if (/^(?:SetHandler|ForceType)\s+\S*php/i.test(line) && match !== undefined && !/ph/i.test(match)) {
    evidence.add({
      kind: 'handler',
      score: 70,
      offset,
      technique,
      sentence: `files that fit ${match.slice(0, 40)} are run as code`,
    })
    return
  }
  const prepend =
    /^(?:php_(?:admin_)?value\s+)?auto_(?:prepend|append)_file\s*[=\s]\s*["']?([^"'\s]{1,200})/i.exec(line)
  if (prepend === null) return
  const target = prepend[1]!
  if (/^(?:php:\/\/input|data:|https?:)/i.test(target))
    evidence.add({
      kind: 'prepend',
      score: 90,
      offset,
      technique,
      sentence: `${target.slice(0, 20)} runs before every script`,
    })
  else if (/\.(?:jpe?g|png|gif|ico|txt|log|bmp)$/i.test(target) || target === '.htaccess') {
    evidence.add({
      kind: 'prepend',
      score: 76,
      offset,
      technique,
      sentence: `${target.slice(-40)} runs before every script`,
    })
  }
}
