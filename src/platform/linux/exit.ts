// The end of the process without the runtime's farewell, which waits for every thread (_exit(2)).

import { libc } from './libc.ts'

const exit = libc.func('void _exit(int status)')

/** Never returns. What should be written has been written before. */
export function exitNow(code: number): void {
  exit(code)
}
