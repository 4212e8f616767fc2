// Random signatures of ClamAV's languages.

import type { Random } from './random.ts'

export function randomBody(random: Random): string {
  const parts = Array.from({ length: random.pick([1, 1, 1, 2, 2, 3]) }, () => randomPart(random))
  const marks = ['(B)', '(L)', '(W)', '!(B)', '!(W)']
  const left = random.chance(8) ? random.pick(marks.slice(0, 3)) : ''
  const right = random.chance(8) ? random.pick(marks) : ''
  return left + parts.reduce((text, part) => text + randomGap(random) + part) + right
}

function randomGap(random: Random): string {
  const least = random.below(5)
  const most = least + random.below(6)
  return random.pick(['*', '*', `{${least}-${most}}`, `{${most + 1}}`, `{-${most + 1}}`, `{${least + 1}-}`])
}

function randomPart(random: Random): string {
  let text = bytes(random, random.between(2, 5))
  for (let more = random.below(4); more > 0; more--) text += randomItem(random)
  return random.chance(70) ? text : text + bytes(random, random.between(2, 3))
}

function randomItem(random: Random): string {
  switch (random.below(9)) {
    case 0:
      return '??'
    case 1:
      return `${random.pick(['6', '4', '0'])}?`
    case 2:
      return `?${random.pick(['1', '2', 'f'])}`
    case 3:
      return `(${alternatives(random, 1, 1)})`
    case 4:
      return `!(${alternatives(random, 1, 1)})`
    case 5:
      return `(${alternatives(random, 2, 2)})`
    case 6:
      return `(${alternatives(random, 1, 3)})`
    case 7:
      return `!(${alternatives(random, 2, 2)})`
    default:
      return bytes(random, random.between(1, 4))
  }
}

function alternatives(random: Random, least: number, most: number): string {
  return Array.from({ length: random.between(2, 3) }, () => bytes(random, random.between(least, most))).join(
    '|',
  )
}

function bytes(random: Random, count: number): string {
  return Array.from({ length: count }, () => random.pick(random.letters)).join('')
}

export function randomOffset(random: Random, target: number): string {
  const value = random.below(40)
  const shift = random.chance(30) ? `,${random.below(20)}` : ''
  // With such an offset clamscan decides logical signatures for text a second time, without any matches.
  const end = target === 7 ? '*' : `EOF-${value}${shift}`
  const general = ['*', '*', '*', '*', `${value}${shift}`, end]
  if (target !== 1 && target !== 6 && target !== 9) return random.pick(general)
  const place = random.below(64)
  return random.pick([
    ...general,
    `EP+${place}${shift}`,
    `EP-${random.below(8)}${shift}`,
    `S${random.below(4)}+${place}${shift}`,
    `SE${random.below(3)}${shift}`,
    `SL+${place}${shift}`,
  ])
}

export function randomLogical(name: string, target: number, random: Random): string {
  const count = random.between(1, 5)
  const subsignatures = Array.from({ length: count }, (_, index) => randomSubsignature(random, index, target))
  const expression = randomExpression(
    random,
    Array.from({ length: count }, (_, index) => index),
  )
  const size = random.chance(15) ? `,FileSize:${random.below(40)}-${random.between(60, 4000)}` : ''
  return `${name};Engine:81-255,Target:${target}${size};${expression};${subsignatures.join(';')}`
}

function randomSubsignature(random: Random, index: number, target: number): string {
  if (index > 0 && random.chance(15)) return randomPcre(random, index)
  if (index > 0 && random.chance(10)) return randomByteCompare(random, index)
  const offset = random.chance(25) ? `${randomOffset(random, target)}:` : ''
  const modifiers = random.chance(40)
    ? `::${random.pick(['i', 'w', 'f', 'a', 'iw', 'wa', 'if', 'fw', 'fwa', 'iwa'])}`
    : ''
  const body =
    modifiers.includes('w') || modifiers.includes('f')
      ? bytes(random, random.between(2, 5))
      : randomBody(random)
  return `${offset}${body}${modifiers}`
}

const expressions = [
  '/a+b/',
  '/[ab]{2,3}/',
  '/b.a/',
  '/ab|ba/',
  '/(a|b)c?/',
  '/A[^b]/',
  '/\\x20a/',
  '/^a/',
  '/b$/',
  '/a*?b/',
]

function randomPcre(random: Random, index: number): string {
  const flags = random.pick(['', '', 'g', 'i', 'gi', 's', 'm', 'gm', 'gr', 'e', 'A', 'U', 'E'])
  const offset = random.pick(['', '', '', `${random.below(30)}:`, `${random.below(30)},${random.below(20)}:`])
  return `${offset}${random.below(index)}${random.pick(expressions)}${flags}`
}

function randomByteCompare(random: Random, index: number): string {
  const distance = random.pick(['0', `>>${random.below(9)}`, `<<${random.below(5)}`])
  const kind = random.pick([
    'ib1',
    'il1',
    'ib2',
    'il2',
    'ib4',
    'il4',
    'hb2',
    'hb3',
    'db1',
    'db2',
    'hl2',
    'ab3',
    'ib8',
    'hbe2',
    'dbe2',
  ])
  const symbol = random.pick(['<', '>', '='])
  const value = random.pick(['0', '97', '98', '0x61', '1', '10', '11', '24930', '0x6162'])
  return `${random.below(index)}(${distance}#${kind}#${symbol}${value})`
}

function randomExpression(random: Random, indexes: readonly number[]): string {
  if (indexes.length === 1) {
    const [index = 0] = indexes
    return random.chance(30) ? `${index}${randomCount(random, false)}` : String(index)
  }
  const cut = random.between(1, indexes.length - 1)
  const left = randomExpression(random, indexes.slice(0, cut))
  const right = randomExpression(random, indexes.slice(cut))
  const operator = random.pick(['&', '|'])
  if (random.chance(30))
    return `(${left}${operator}${right})${random.chance(60) ? randomCount(random, true) : ''}`
  return `(${left})${operator}(${right})`
}

function randomCount(random: Random, isGroup: boolean): string {
  const distinct = isGroup && random.chance(30) ? `,${random.between(1, 2)}` : ''
  return `${random.pick(['=', '>', '<'])}${random.below(4)}${distinct}`
}
