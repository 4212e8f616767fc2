// Passwords that Office tries by itself: documents protected with them open without a question.

const own = ['VelvetSweatshop', '/01Hannes Ruescher/01', '']

/** The built-in ones, then those that were given. */
export function officePasswords(given: readonly string[]): readonly string[] {
  return [...own, ...given]
}
