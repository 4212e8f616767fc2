// The operators of PHP (the manual's "Operator Precedence").

/** Strength of binary operators; higher binds tighter. */
export const strengths: Readonly<Record<string, number>> = {
  or: 1,
  xor: 2,
  and: 3,
  '??': 6,
  '||': 7,
  '&&': 8,
  '|': 9,
  '^': 10,
  '&': 11,
  '==': 12,
  '!=': 12,
  '===': 12,
  '!==': 12,
  '<>': 12,
  '<=>': 12,
  '<': 13,
  '>': 13,
  '<=': 13,
  '>=': 13,
  '.': 14,
  '<<': 15,
  '>>': 15,
  '+': 16,
  '-': 16,
  '*': 17,
  '/': 17,
  '%': 17,
  instanceof: 19,
  '**': 21,
}
export const assignments = new Set([
  '=',
  '+=',
  '-=',
  '*=',
  '/=',
  '.=',
  '%=',
  '&=',
  '|=',
  '^=',
  '<<=',
  '>>=',
  '**=',
  '??=',
])
export const wordOperators = new Set(['or', 'xor', 'and', 'instanceof'])
export const choiceStrength = 5
export const assignStrength = 4
export const unaryStrength = 20
