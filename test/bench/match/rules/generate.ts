// A rule set with the mix of the large public ones (counted over 7,100 rules): two thirds of the strings are text, most
// of them with `fullword`, `wide` or both; hexadecimal strings often with jumps; 2 % regular expressions; two thirds of
// the conditions ask for an executable, half for the size, a sixth for the pe module, a seventh have no strings at all.

import { Random } from '../random.ts'
import { endings, frames, functions, instructions, words } from './vocabulary.ts'

const rulesPerFile = 30

/** The text of each file. */
export function generateRules(count: number): string[] {
  const random = new Random(6900)
  const files: string[] = []
  for (let made = 0; made < count; made += rulesPerFile) {
    const rules = Array.from({ length: Math.min(rulesPerFile, count - made) }, (_, index) =>
      rule(random, made + index),
    )
    files.push(`import "pe"\n\n${rules.join('\n')}`)
  }
  return files
}

interface Body {
  readonly strings: readonly string[]
  readonly condition: string
}

type Kind = readonly [share: number, make: (random: Random) => Body]

const kinds: readonly Kind[] = [
  [0.44, toolRule],
  [0.12, scriptRule],
  [0.14, codeRule],
  [0.08, familyRule],
  [0.03, regexRule],
  [0.05, elfRule],
  [0.04, importRule],
  [0.1, certificateRule],
]

function rule(random: Random, number: number): string {
  let left = random.fraction()
  const kind = kinds.find(([share]) => (left -= share) < 0)?.[1] ?? toolRule
  const { strings, condition } = kind(random)
  const section = strings.length === 0 ? '' : `  strings:\n${strings.map((line) => `    ${line}\n`).join('')}`
  const meta = `  meta:\n    description = "Made for measuring"\n    score = ${random.between(40, 90)}\n`
  return `rule Bench_${number} {\n${meta}${section}  condition:\n    ${condition}\n}\n`
}

function sizeLimit(random: Random): string {
  return `filesize < ${random.pick([50, 100, 200, 300, 500, 1000, 2000, 6000])}KB`
}

const isExecutable = 'uint16(0) == 0x5a4d'

function toolRule(random: Random): Body {
  const strong = texts(random, 'x', random.between(1, 3))
  const weak = texts(random, 's', random.between(3, 7))
  const wanted = `1 of ($x*) or ${random.between(3, 4)} of them`
  const size = random.fraction() < 0.75 ? ` and ${sizeLimit(random)}` : ''
  return { strings: [...strong, ...weak], condition: `${isExecutable}${size} and ( ${wanted} )` }
}

function scriptRule(random: Random): Body {
  const size = random.fraction() < 0.6 ? `${sizeLimit(random)} and ` : ''
  return { strings: texts(random, 's', random.between(2, 6)), condition: `${size}all of them` }
}

function codeRule(random: Random): Body {
  const strings = Array.from(
    { length: random.between(1, 4) },
    (_, index) => `$op${index} = { ${code(random, random.between(4, 12), 0.1)} }`,
  )
  return { strings, condition: `${isExecutable} and ${sizeLimit(random)} and all of them` }
}

/** Whole functions with jumps over what changes from build to build. */
function familyRule(random: Random): Body {
  const strings = Array.from(
    { length: random.between(2, 8) },
    (_, index) => `$f${index} = { ${code(random, random.between(14, 40), 0.25)} }`,
  )
  return { strings, condition: `${isExecutable} and any of ($f*)` }
}

function regexRule(random: Random): Body {
  const name = identifier(random)
  const strings = [
    `$r = /${name}\\([\\t ]{0,32}\\$_(GET|POST|REQUEST)\\[/ nocase`,
    `$r = /\\\\${random.pick(words).replace(' ', '')}\\\\[a-z]{0,8}${name}\\.pdb/`,
    `$r = /https?:\\/\\/[a-z0-9.-]{4,40}\\/${name}\\.php\\?id=[0-9]{1,8}/ ascii wide`,
    `$r = /${random.pick(words).replace(' ', '')}_${name}=["'][A-Za-z0-9+\\/]{20,60}/`,
  ]
  return { strings: [random.pick(strings)], condition: `${sizeLimit(random)} and $r` }
}

function elfRule(random: Random): Body {
  const condition = `uint32(0) == 0x464c457f and ${sizeLimit(random)} and 3 of them`
  return { strings: texts(random, 's', random.between(4, 7)), condition }
}

function importRule(random: Random): Body {
  return {
    strings: [],
    condition: `${isExecutable} and pe.imphash() == "${random.bytes(16).toString('hex')}"`,
  }
}

function certificateRule(random: Random): Body {
  const serial = random.bytes(16).toString('hex').match(/../g)?.join(':')
  const issuer = `pe.signatures[i].subject contains "${identifier(random)}"`
  const each = `for any i in (0 .. pe.number_of_signatures - 1) : ( ${issuer} and pe.signatures[i].serial == "${serial}" )`
  return { strings: [], condition: `${isExecutable} and pe.number_of_signatures > 0 and ${each}` }
}

function texts(random: Random, letter: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => {
    const text = content(random, letter).replaceAll('\\', '\\\\').replaceAll('"', '\\"')
    return `$${letter}${index} = "${text}"${modifiers(random)}`
  })
}

function modifiers(random: Random): string {
  const form = random.pick([' ascii', ' ascii', ' wide', ' ascii wide', ' ascii wide', ''] as const)
  const whole = random.fraction() < 0.46 ? ' fullword' : ''
  return `${form}${whole}${random.fraction() < 0.05 ? ' nocase' : ''}`
}

/** Strong strings (`x`) are never a name that every program may have. */
function content(random: Random, letter: string): string {
  const kind = letter === 'x' ? random.between(15, 99) / 100 : random.fraction()
  if (kind < 0.12) return random.pick(functions)
  if (kind < 0.3) return `${identifier(random)}${random.pick(endings)}`
  if (kind < 0.55) return random.pick(frames).replaceAll('@', () => identifier(random))
  const sentence = Array.from({ length: random.between(2, 5) }, () => random.pick(words)).join(' ')
  return kind < 0.8 ? `${sentence} ${identifier(random)}` : `${identifier(random)}: ${sentence}`
}

/** Like a name in a program: words run together, or letters without a meaning. */
function identifier(random: Random): string {
  if (random.fraction() < 0.4) {
    return [random.pick(words), random.pick(words)].map((word) => capital(word.replace(' ', ''))).join('')
  }
  return random.bytes(random.between(3, 7)).toString('base64url').replaceAll(/[-_]/g, 'x')
}

function capital(word: string): string {
  return `${word.charAt(0).toUpperCase()}${word.slice(1)}`
}

function code(random: Random, parts: number, jumps: number): string {
  const made = Array.from({ length: parts }, (_, index) => {
    // A jump stands between bytes, never at an end.
    if (index > 0 && index < parts - 1 && random.fraction() < jumps) return `[${random.between(1, 4)}-8]`
    return random.fraction() < 0.5 ? random.pick(instructions) : hexBytes(random, random.between(2, 6))
  })
  return `${hexBytes(random, 4)} ${made.join(' ')} ${hexBytes(random, 2)}`
}

function hexBytes(random: Random, count: number): string {
  return random.bytes(count).toString('hex').toUpperCase().match(/../g)?.join(' ') ?? ''
}
