// For test code that knows better than the compiler that a value is there.

export function must<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('a value is missing')
  return value
}
