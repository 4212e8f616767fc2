// What a finished command tells its caller. Documented in every command's help.

export const exitCodes = {
  /** Done; nothing found. */
  clean: 0,
  /** Something malicious was found. */
  found: 1,
  /** Something could not be done or read. */
  error: 2,
  /** Nothing was found, but something could not be read completely (limit, password, damage). */
  partial: 3,
  /** The command line is wrong (EX_USAGE of sysexits.h). */
  usage: 64,
  /** Stopped by Ctrl-C (128 + SIGINT). */
  interrupted: 130,
  /** The reader of our output went away (128 + SIGPIPE), as for a program that leaves SIGPIPE alone. */
  pipe: 141,
} as const

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]
