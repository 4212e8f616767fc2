// Golden samples of HTML and its relatives and of shortcuts: by hand from their specifications, as no program writes what
// matters here. Encoded scripts are checked with ClamAV's sigtool.

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { linkInfoBlock, shellItem, writeLnk } from '../../../src/engine/parsers/lnk/lnk-writer.ts'
import { type GoldenSample, payload, writeGoldenSamples } from '../../support/golden.ts'
import { eicar } from '../../support/samples.ts'
import { encodedScript } from '../../support/script-encoder.ts'
import { zipOf } from '../../support/zip-writer.ts'

const byHand = 'by hand from the HTML standard of the WHATWG'
const zipped = Buffer.from(zipOf([{ name: 'eicar.com', data: eicar }]))
const base64 = zipped.toString('base64')
const script = `var a = "${payload}";`

/** What ClamAV makes of a page, its script decoded. */
function decodedBySigtool(page: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'haechi-web-'))
  try {
    writeFileSync(join(folder, 'page.html'), page)
    // Version 1.4 aborts at its end, when all is written.
    spawnSync('sigtool', ['--html-normalise', 'page.html'], { cwd: folder, stdio: 'ignore' })
    return readFileSync(join(folder, 'nocomment.html'), 'latin1')
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

type Case = readonly [
  title: string,
  finds: readonly string[],
  text: string | Buffer,
  covers?: readonly string[],
]

function samples(covers: string, cases: readonly Case[]): GoldenSample[] {
  return cases.map(([title, finds, text, own = [covers]]) => ({
    title,
    made: byHand,
    covers: own,
    finds,
    bytes: typeof text === 'string' ? Buffer.from(text) : text,
  }))
}

function scriptSamples(): GoldenSample[] {
  const encoded = `<html><script language="JScript.Encode">${encodedScript(`var a = "<${payload}@>";\r\n`)}</script></html>`
  assert.ok(decodedBySigtool(encoded).includes(payload))
  return samples('html', [
    [
      'scripts of several types',
      ['script-1', 'script-2', 'script-3'],
      `<!DOCTYPE html><html><head><script>${script}</script><SCRIPT TYPE='text/vbscript'>a = "${payload}"</SCRIPT><script type="application/json">{"a":"${payload}"}</script></head></html>`,
    ],
    [
      'an HTML application',
      ['script-1'],
      `<hta:application id="x"><script language="VBScript">\n' ${payload}\n</script>`,
    ],
    [
      'event handlers and script URLs, with character references',
      ['handlers'],
      `<html><body onload="go(&quot;${payload.replace('h', '&#104;')}&quot;)"><a href=" java&#115;cript:x%28%29">x</a></body></html>`,
    ],
    [
      'a framed document',
      ['srcdoc-1 → script-1'],
      `<html><iframe srcdoc="&lt;script&gt;${script.replaceAll('"', '&quot;')}&lt;/script&gt;"></iframe></html>`,
    ],
    [
      'a script behind a comment with an open quote, one in a conditional comment',
      ['script-1', 'script-2'],
      `<html><!-- <a title=" --><script>${script}</script><!--[if IE]><script>${script}</script><![endif]--></html>`,
    ],
    [
      'a script in a comment of a script',
      ['script-1'],
      `<html><script><!-- <script> x </script> ${payload} --></script></html>`,
    ],
    ['a script in JScript.Encode', ['script-1'], encoded],
    ['a whole file in VBScript.Encode', ['decoded'], encodedScript(`' ${payload}\r\nDim a\r\n`)],
    [
      'UTF-16 with a byte order mark',
      ['script-1'],
      Buffer.from(`\ufeff<html><script>${script}</script></html>`, 'utf16le'),
    ],
    [
      'UTF-16 big-endian without one',
      ['script-1'],
      Buffer.from(`<html><script>${script}</script></html>`, 'utf16le').swap16(),
    ],
    ['UTF-7', ['utf-7 → script-1'], `<html>+ADw-script+AD4-${script}+ADw-/script+AD4-</html>`],
    [
      'a Windows script file',
      ['script-1'],
      `<?xml version="1.0"?><package><job id="x"><script language="VBScript"><![CDATA[\n' ${payload}\n]]></script></job></package>`,
    ],
    [
      'a style sheet with a script',
      ['script-1'],
      `<?xml version='1.0'?><xsl:stylesheet version="1.0"><ms:script implements-prefix="u" language="JScript"><![CDATA[ ${script} ]]></ms:script></xsl:stylesheet>`,
    ],
    ['a script that does not end', ['script-1'], `<html><script>${script}`],
    [
      'an ordinary page',
      [],
      '<!DOCTYPE html><html><head><title>x</title><style>p { color: red }</style><script>var a = 1</script></head><body onload="go()"><p>A text & <b>more</b>.</p></body></html>',
      [],
    ],
  ])
}

function dataSamples(): GoldenSample[] {
  const pieces = (size: number, joint: string): string =>
    `"${(base64.match(new RegExp(`.{1,${size}}`, 'g')) ?? []).join(joint)}"`
  const uri = `data:application/zip;base64,${base64}`
  return samples('html-data', [
    [
      'a data: URI in a link',
      ['data at 15 (application/zip) → eicar.com'],
      `<html><a href="${uri}" download="x.zip">x</a></html>`,
    ],
    [
      'a data: URI with character references',
      ['data at 15 (application/zip) → eicar.com'],
      `<html><a href="&#100;ata&colon;application/zip;base64,&#10;${base64.replaceAll('+', '&#43;')}">x</a></html>`,
    ],
    [
      'a page in a data: URI with escapes',
      ['data at 19 (text/html) → script-1'],
      `<html><iframe src="data:text/html,${encodeURIComponent(`<script>${script}</script>`)}"></html>`,
    ],
    [
      'a script in a data: URI',
      ['data at 19 (text/javascript)'],
      `<html><script src="data:text/javascript;base64,${Buffer.from(script.repeat(2)).toString('base64')}"></script></html>`,
    ],
    [
      'a blob for atob()',
      ['script-1 → base64 at 8 → eicar.com'],
      `<html><script>f(atob("${base64}"))</script></html>`,
    ],
    [
      'a blob in short pieces',
      ['script-1 → base64 at 9 → eicar.com'],
      `<html><script>var a = ${pieces(4, '" + "')}</script></html>`,
    ],
    [
      'a blob in an array',
      ['script-1 → base64 at 10 → eicar.com'],
      `<html><script>var a = [${pieces(12, '", "')}].join("")</script></html>`,
    ],
    [
      'a blob as numbers',
      ['script-1 → numbers at 22 → eicar.com'],
      `<html><script>var a=new Uint8Array([${[...zipped].join(',')}])</script></html>`,
    ],
    [
      'a blob as hexadecimal escapes',
      ['script-1 → hex at 9 → eicar.com'],
      `<html><script>var a = "${zipped.toString('hex').replaceAll(/../g, '\\x$&')}"</script></html>`,
    ],
    ['a blob in the text of the page', ['base64 at 14 → eicar.com'], `<html><div id=${base64}></div></html>`],
    ['a blob in an attribute', ['base64 at 20 → eicar.com'], `<html><input value="${base64}"></html>`],
  ])
}

function svgSamples(): GoldenSample[] {
  return samples('svg', [
    [
      'a picture with a script',
      ['script-1'],
      `<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script type="text/ecmascript"><![CDATA[\n${script}\n]]></script></svg>`,
    ],
    [
      'a picture with HTML in it',
      ['srcdoc-1 → script-1'],
      `<svg xmlns="http://www.w3.org/2000/svg"><foreignObject><iframe srcdoc="&lt;script&gt;${payload}&lt;/script&gt;"/></foreignObject></svg>`,
    ],
    [
      'a picture with a handler behind an empty script',
      ['handlers', 'script-2'],
      `<svg xmlns="http://www.w3.org/2000/svg"><script href="a.js"/><g onclick="${payload}"/><script>${script}</script></svg>`,
    ],
    ['an ordinary picture', [], '<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0L10 10"/></svg>', []],
  ])
}

function lnkSamples(): GoldenSample[] {
  const unicode = 0x80
  const info = linkInfoBlock({ label: 'C', path: String.raw`C:\Windows\System32\cmd.exe`, suffix: '' })
  const environment = Buffer.alloc(0x314)
  environment.writeUInt32LE(0x314)
  environment.writeUInt32LE(0xa0000001, 4)
  environment.write('%ComSpec%\0', 8 + 260, 'utf16le')
  const strings = (text: string): (string | undefined)[] => ['name', undefined, 'C:\\', text, undefined]
  const made = 'by hand from [MS-SHLLINK]'
  const whole = writeLnk({
    flags: unicode,
    linkInfo: info,
    strings: strings(`/c echo ${payload}`),
    overlay: eicar,
  })
  return [
    {
      title: 'arguments and appended data',
      made,
      covers: ['lnk'],
      finds: ['arguments', 'appended-data'],
      bytes: whole,
    },
    {
      title: 'a target in an environment block, a long command in PowerShell',
      made,
      covers: ['lnk'],
      finds: ['arguments', 'arguments → base64 at 27'],
      bytes: writeLnk({
        flags: unicode,
        blocks: [environment],
        items: [shellItem(0x1f, Buffer.alloc(17))],
        strings: strings(
          `/c powershell -e ${Buffer.from(`Write-Host ${payload} ; exit 0`, 'utf16le').toString('base64')} # ${payload}`,
        ),
      }),
    },
    {
      title: 'cut off before the arguments',
      made,
      covers: [],
      finds: [],
      reasons: ['damaged arguments'],
      bytes: whole.subarray(0, 250),
    },
    {
      title: 'an ordinary shortcut',
      made,
      covers: [],
      finds: [],
      bytes: writeLnk({
        flags: unicode,
        linkInfo: info,
        strings: ['name', undefined, 'C:\\', undefined, undefined],
      }),
    },
  ]
}

writeGoldenSamples('html', [...scriptSamples(), ...dataSamples(), ...svgSamples()])
writeGoldenSamples('lnk', lnkSamples())
